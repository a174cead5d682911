package check

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

// TLSFiles are the PEM files of a TLS client (keepalived's SSL block). None is
// needed: then no certificate is shown and none is verified, as keepalived does.
type TLSFiles struct {
	// CA has the authorities that the server's certificate must come from
	// (ca): its chain is verified, and its name if one is sent as SNI. keepalived loads the
	// file, but verifies nothing.
	CA string

	// Certificate and Key are ours, with the chain (certificate, key). An empty
	// Key is in the certificate's file.
	Certificate, Key string

	// Password decrypts an encrypted key (password).
	Password string
}

// Config reads the files. The configuration may be changed before it is used;
// its ServerName is empty.
func (f TLSFiles) Config() (*tls.Config, error) {
	// Whatever OpenSSL would speak: the question is whether the server works.
	cfg := &tls.Config{InsecureSkipVerify: true, CipherSuites: suites()}
	if f.CA != "" {
		text, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, fmt.Errorf("certificate authorities: %w", err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("certificate authorities: %s has no PEM certificate", f.CA)
		}
		cfg.VerifyConnection = func(s tls.ConnectionState) error { return verify(s, pool) }
	}
	if f.Certificate == "" {
		if f.Key != "" {
			return nil, fmt.Errorf("key %s without a certificate", f.Key)
		}
		return cfg, nil
	}
	own, err := f.load()
	if err != nil {
		return nil, fmt.Errorf("client certificate %s: %w", f.Certificate, err)
	}
	cfg.Certificates = []tls.Certificate{own}
	return cfg, nil
}

func suites() []uint16 {
	var ids []uint16
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		ids = append(ids, s.ID)
	}
	return ids
}

func verify(s tls.ConnectionState, roots *x509.CertPool) error {
	options := x509.VerifyOptions{Roots: roots, DNSName: s.ServerName, Intermediates: x509.NewCertPool()}
	for _, c := range s.PeerCertificates[1:] {
		options.Intermediates.AddCert(c)
	}
	if _, err := s.PeerCertificates[0].Verify(options); err != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: s.PeerCertificates, Err: err}
	}
	return nil
}

func (f TLSFiles) load() (tls.Certificate, error) {
	cert, err := os.ReadFile(f.Certificate)
	if err != nil {
		return tls.Certificate{}, err
	}
	key := cert
	if f.Key != "" {
		if key, err = os.ReadFile(f.Key); err != nil {
			return tls.Certificate{}, err
		}
	}
	if key, err = decrypt(key, f.Password); err != nil {
		return tls.Certificate{}, fmt.Errorf("key %s: %w", f.Key, err)
	}
	return tls.X509KeyPair(cert, key)
}

// decrypt returns the key's file with a key that is not encrypted.
func decrypt(text []byte, password string) ([]byte, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "ENCRYPTED PRIVATE KEY" {
			der, err := decryptPKCS8(block.Bytes, password)
			return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), err
		}
		//lint:ignore SA1019 keys that exist are encrypted like this
		if !x509.IsEncryptedPEMBlock(block) {
			continue
		}
		//lint:ignore SA1019 see above
		der, err := x509.DecryptPEMBlock(block, []byte(password))
		if err != nil {
			return nil, err
		}
		return pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: der}), nil
	}
	return text, nil
}
