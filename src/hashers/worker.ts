import { hashArgon2id, verifyArgon2id } from './argon2id.ts'
import type { Argon2Cost } from './phc.ts'

export type HashTask =
  | {
      readonly kind: 'hash'
      readonly password: string
      readonly salt: Uint8Array
      readonly cost: Argon2Cost
    }
  | { readonly kind: 'verify'; readonly password: string; readonly hash: string }

/** Runs in a hashing thread, one task at a time. */
export default function run(task: HashTask): string | boolean {
  switch (task.kind) {
    case 'hash':
      return hashArgon2id(task.password, task.salt, task.cost)
    case 'verify':
      return verifyArgon2id(task.password, task.hash)
  }
}
