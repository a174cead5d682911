package check

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"
)

// An encrypted key in the PKCS#8 form, which openssl writes today (RFC 5958
// section 3), by a password and a block cipher (RFC 8018 section 6.2 and appendix A).
type (
	encryptedKey struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
	pbes2 struct {
		Derivation, Cipher pkix.AlgorithmIdentifier
	}
	pbkdf2Params struct {
		Salt       []byte
		Iterations int
		Length     int                      `asn1:"optional"`
		Hash       pkix.AlgorithmIdentifier `asn1:"optional"`
	}
)

// maxIterations bounds the work that a file can make: openssl writes 2048.
const maxIterations = 10_000_000

var errUnknownEncryption = errors.New("it is encrypted in a way that is not known; convert it: openssl pkey -in KEY -aes256 -out NEW")

// decryptPKCS8 returns the key of an "ENCRYPTED PRIVATE KEY".
func decryptPKCS8(der []byte, password string) ([]byte, error) {
	var key encryptedKey
	var scheme pbes2
	var params pbkdf2Params
	if _, err := asn1.Unmarshal(der, &key); err != nil {
		return nil, fmt.Errorf("encrypted key: %w", err)
	}
	if key.Algorithm.Algorithm.String() != "1.2.840.113549.1.5.13" {
		return nil, errUnknownEncryption
	}
	if _, err := asn1.Unmarshal(key.Algorithm.Parameters.FullBytes, &scheme); err != nil {
		return nil, fmt.Errorf("encrypted key: %w", err)
	}
	if scheme.Derivation.Algorithm.String() != "1.2.840.113549.1.5.12" {
		return nil, errUnknownEncryption
	}
	if _, err := asn1.Unmarshal(scheme.Derivation.Parameters.FullBytes, &params); err != nil {
		return nil, fmt.Errorf("encrypted key: %w", err)
	}
	var iv []byte
	if _, err := asn1.Unmarshal(scheme.Cipher.Parameters.FullBytes, &iv); err != nil {
		return nil, fmt.Errorf("encrypted key: %w", err)
	}
	digest := hashByOID(params.Hash.Algorithm.String())
	block, size := cipherByOID(scheme.Cipher.Algorithm.String())
	if digest == nil || block == nil || params.Iterations < 1 || params.Iterations > maxIterations {
		return nil, errUnknownEncryption
	}
	secret, err := pbkdf2.Key(digest, password, params.Salt, params.Iterations, size)
	if err != nil {
		return nil, err
	}
	return decryptCBC(block, secret, iv, key.Data)
}

func hashByOID(oid string) func() hash.Hash {
	switch oid {
	case "", "1.2.840.113549.2.7":
		return sha1.New
	case "1.2.840.113549.2.9":
		return sha256.New
	case "1.2.840.113549.2.11":
		return sha512.New
	}
	return nil
}

func cipherByOID(oid string) (newBlock func([]byte) (cipher.Block, error), keySize int) {
	switch oid {
	case "2.16.840.1.101.3.4.1.2":
		return aes.NewCipher, 16
	case "2.16.840.1.101.3.4.1.22":
		return aes.NewCipher, 24
	case "2.16.840.1.101.3.4.1.42":
		return aes.NewCipher, 32
	case "1.2.840.113549.3.7":
		return des.NewTripleDESCipher, 24
	}
	return nil, 0
}

// decryptCBC decrypts and checks what is there: a wrong password shows itself
// in the padding, or in a key that cannot be parsed.
func decryptCBC(newBlock func([]byte) (cipher.Block, error), secret, iv, data []byte) ([]byte, error) {
	block, err := newBlock(secret)
	if err != nil {
		return nil, err
	}
	size := block.BlockSize()
	if len(iv) != size || len(data) == 0 || len(data)%size != 0 {
		return nil, errUnknownEncryption
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
	padding := int(plain[len(plain)-1])
	if padding == 0 || padding > size {
		return nil, x509.IncorrectPasswordError
	}
	plain = plain[:len(plain)-padding]
	if _, err := x509.ParsePKCS8PrivateKey(plain); err != nil {
		return nil, x509.IncorrectPasswordError
	}
	return plain, nil
}
