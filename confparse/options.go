package confparse

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// Options say what a parse may look at. The zero value parses a file for this
// host.
type Options struct {
	// ConfigID is what @ID conditions compare with and ${_INSTANCE} stands
	// for. Empty means the host name up to its first dot.
	ConfigID string
	// FS is where files are read from. Names in it are absolute paths without
	// the leading slash. Nil means the file system of the host.
	FS fs.FS
	// Dir is what relative names start from. Empty means the working
	// directory.
	Dir string
	// Env looks up environment variables for ${_ENV NAME}. Nil means
	// os.Getenv.
	Env func(name string) string
	// Rand returns a number in lo..hi for ${_RANDOM}. Nil means a random one,
	// or, after random_seed, one that depends on the seed only.
	Rand func(lo, hi int) int
	// StrictIncludes makes every problem with an include an error, as
	// keepalived's option -e does.
	StrictIncludes bool
	// AllowUnsupported makes warnings of what is refused because this project
	// does not do it yet: [CodeUnsupported].
	AllowUnsupported bool

	limits limits // for tests; zero means defaultLimits
}

// limits bound what input can cost.
type limits struct {
	depth      int // of includes and replays inside one another
	lines      int // processed, however they came about
	bytes      int // of all files, and of all text processed
	lineBytes  int // of one line after substitution
	references int // resolved in one line
}

var defaultLimits = limits{depth: 64, lines: 1 << 18, bytes: 32 << 20, lineBytes: 64 << 10, references: 1000}

func (o Options) withDefaults() Options {
	if o.ConfigID == "" {
		host, _ := os.Hostname() // without a name no condition matches
		o.ConfigID, _, _ = strings.Cut(host, ".")
	}
	if o.Dir == "" {
		o.Dir, _ = os.Getwd() // relative names fail to open then, which is reported
	}
	o.Dir = filepath.ToSlash(o.Dir)
	if o.FS == nil {
		o.FS = os.DirFS(filepath.VolumeName(o.Dir) + "/")
	}
	if o.Env == nil {
		o.Env = os.Getenv
	}
	if o.limits == (limits{}) {
		o.limits = defaultLimits
	}
	return o
}

// seeded returns a source of numbers for random_seed.
func seeded(seed uint64) func(lo, hi int) int {
	r := rand.New(rand.NewPCG(seed, 0))
	return func(lo, hi int) int { return lo + int(r.Int64N(int64(hi)-int64(lo)+1)) }
}

// unseeded is the source of numbers without random_seed.
func unseeded(lo, hi int) int { return lo + int(rand.Int64N(int64(hi)-int64(lo)+1)) }
