import { accounts } from './0001-accounts.ts'
import { passwords } from './0002-passwords.ts'
import { devices } from './0003-devices.ts'
import { revocations } from './0004-revocations.ts'
import { tokens } from './0005-tokens.ts'
import { factors } from './0006-factors.ts'
import { pendingLogins } from './0007-pending-logins.ts'
import { passkeys } from './0008-passkeys.ts'
import { limits } from './0009-limits.ts'
import { audit } from './0010-audit.ts'
import { limitFunctions } from './0011-limit-functions.ts'
import type { Migration } from './migration.ts'

/** Every migration, oldest first. Only ever added to. */
export const migrations: readonly Migration[] = [
  accounts,
  passwords,
  devices,
  revocations,
  tokens,
  factors,
  pendingLogins,
  passkeys,
  limits,
  audit,
  limitFunctions,
]
