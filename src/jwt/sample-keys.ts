import { sha256 } from '../kernel/digest.ts'

/** Texts of guides, of documentation and of jwt.io, in the forms in which they are pasted. */
const texts = [
  'a-string-secret-at-least-256-bits-long',
  'a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long',
  'your-256-bit-secret',
  'your-384-bit-secret',
  'your-512-bit-secret',
  'your-secret-key',
  'your-secret-key-change-this-in-production',
  'your-super-secret-jwt-token-with-at-least-32-characters-long',
  'super-secret-jwt-token-with-at-least-32-characters-long',
  'your-super-secret-key-change-in-production',
  'secret-key-that-is-at-least-32-bytes',
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
]

/** RFC 7515, A.1; RFC 7520, 3.5. */
const encoded = [
  'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
  'hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg',
]

const known: ReadonlySet<string> = new Set(
  [
    ...texts.map((text) => Buffer.from(text)),
    ...texts.filter((text) => /^[0-9a-f]{64}$/.test(text)).map((text) => Buffer.from(text, 'hex')),
    ...encoded.map((text) => Buffer.from(text, 'base64url')),
  ].map(digestOf),
)

const placeholder =
  /change.?me|your[\w-]{0,16}secret|example|placeholder|keep.?it.?secret|0123456789/i

/** Keys of other kinds as text: a public one is no secret, and a token signed with it is a known attack. */
const otherKind = /-----BEGIN |"kty"\s*:/

/** Random bytes have many different ones: of 32, fewer than 12 happen less than once in 2^80 keys. */
const leastDifferent = 12

/** Is this a key that anybody could guess: a sample, or one that no random generator has made (CWE-1392)? */
export function isSample(key: Uint8Array): boolean {
  const text = Buffer.from(key).toString('latin1')
  return (
    known.has(digestOf(key)) ||
    placeholder.test(text) ||
    otherKind.test(text) ||
    new Set(key).size < leastDifferent
  )
}

function digestOf(key: Uint8Array): string {
  return sha256(Buffer.from(key).toString('base64'))
}
