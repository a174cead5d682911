#!/bin/sh
# Installs keepalived-lite below $DESTDIR: bash, systemd and man find their parts.
# usage: sh examples/keepalived-lite/install.sh
set -eu
prefix=${DESTDIR:-} # an absolute path
here=$(cd "$(dirname "$0")" && pwd)

mkdir -p "$prefix/usr/sbin" "$prefix/lib/systemd/system" "$prefix/usr/share/man/man5" "$prefix/usr/share/man/man8" \
	"$prefix/usr/share/bash-completion/completions" "$prefix/usr/share/doc/keepalived-lite" "$prefix/etc/keepalived"
(cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags=-s -o "$prefix/usr/sbin/keepalived-lite" .)
lite="$prefix/usr/sbin/keepalived-lite"
install -m 644 "$here/systemd/keepalived-lite.service" "$prefix/lib/systemd/system/"
install -m 644 "$here/monitoring/alerts.yml" "$here/monitoring/dashboard.json" "$prefix/usr/share/doc/keepalived-lite/"
"$lite" man 8 >"$prefix/usr/share/man/man8/keepalived-lite.8"
"$lite" man 5 >"$prefix/usr/share/man/man5/keepalived-lite.conf.5"
"$lite" completion bash >"$prefix/usr/share/bash-completion/completions/keepalived-lite"
"$lite" reference >"$prefix/usr/share/doc/keepalived-lite/reference.conf"

# Scripts run as this user, where the configuration names no other.
if [ -z "$prefix" ] && ! getent passwd keepalived_script >/dev/null; then
	useradd --system --no-create-home --shell /usr/sbin/nologin keepalived_script
fi
echo "installed; check the configuration with: keepalived-lite -t; then: systemctl enable --now keepalived-lite"
