import { base64 } from '../bytes.ts'
import { scheme } from '../define.ts'
import type { Scheme } from '../scheme.ts'
import { readPbkdf2 } from './pbkdf2.ts'

const prfs = ['sha1', 'sha256', 'sha512'] as const

/**
 * ASP.NET Core Identity, version 3, in base64: a byte 1, then as 32-bit big-endian numbers the PRF, the
 * rounds and the salt's size, then salt and digest.
 * https://github.com/dotnet/aspnetcore/blob/main/src/Identity/Extensions.Core/src/PasswordHasher.cs
 */
export const aspnetIdentityV3: Scheme = scheme('aspnet_identity_v3', 'import', (text) => {
  const bytes = base64.decode(text)
  if (!bytes || bytes.byteLength < 13 + 16 + 16 || bytes[0] !== 1) return undefined
  const prf = prfs[bytes.readUInt32BE(1)]
  const saltBytes = bytes.readUInt32BE(9)
  if (!prf || saltBytes < 16 || saltBytes > 64) return undefined
  const salt = bytes.subarray(13, 13 + saltBytes)
  const digest = bytes.subarray(13 + saltBytes)
  return readPbkdf2('aspnet_identity_v3', { prf, rounds: bytes.readUInt32BE(5), salt, digest })
})
