/** The tables as the queries see them. All times are epoch milliseconds. */
export interface Schema {
  accounts: AccountRow
  passwords: PasswordRow
  sessions: SessionRow
  signing_keys: SigningKeyRow
  refresh_families: RefreshFamilyRow
  totp_factors: TotpFactorRow
  recovery_codes: RecoveryCodeRow
  pending_logins: PendingLoginRow
  passkeys: PasskeyRow
  spent_challenges: SpentChallengeRow
  trusted_devices: TrustedDeviceRow
  audit_entries: AuditEntryRow
  audit_ends: AuditEndsRow
  sallyport_migrations: MigrationRow
}

export interface AccountRow {
  id: string
  email: string
  canonical_email: string
  full_name: string
  status: string
  role: string
  epoch: number
  created_at: number
  email_verified_at: number | null
}

export interface PasswordRow {
  account_id: string
  hash: string
  normal_form: 'nfc' | null
  changed_at: number
  /** Wrong ones in a row, from anywhere. */
  failures: number
}

export interface SessionRow {
  token_hash: string
  id: string
  kind: string
  account_id: string
  epoch: number
  proofs: string
  agent: string
  address: string
  created_at: number
  authenticated_at: number
  seen_at: number
  expires_at: number
  ends_at: number
}

export interface SigningKeyRow {
  id: string
  generation: number
  algorithm: string
  sealed: string
  created_at: number
  signs_from: number
  retired_at: number | null
}

export interface RefreshFamilyRow {
  id: string
  account_id: string
  session: string
  counter: number
  turned_at: number
  expires_at: number
  agent: string
  address: string
  reused_at: number | null
}

export interface PendingLoginRow {
  token_hash: string
  account_id: string
  epoch: number
  kind: string
  agent: string
  address: string
  created_at: number
  expires_at: number
  tries: number
  proofs: string
}

export interface PasskeyRow {
  id: string
  account_id: string
  credential_id: string
  public_key: string
  counter: number
  backup_eligible: number
  backed_up: number
  transports: string
  name: string
  created_at: number
  used_at: number | null
}

export interface SpentChallengeRow {
  hash: string
  expires_at: number
}

export interface TrustedDeviceRow {
  token_hash: string
  id: string
  account_id: string
  epoch: number
  agent: string
  address: string
  created_at: number
  seen_at: number
  expires_at: number
}

/** An app that is confirmed, an enrolment, or both: each has all of its columns or none. */
export interface TotpFactorRow {
  account_id: string
  id: string | null
  sealed: string | null
  created_at: number | null
  confirmed_at: number | null
  last_step: number | null
  failures: number
  disabled_at: number | null
  enrolment_id: string | null
  enrolment_sealed: string | null
  enrolment_created_at: number | null
  enrolment_expires_at: number | null
}

export interface RecoveryCodeRow {
  account_id: string
  place: number
  hash: string
  created_at: number
  spent_at: number | null
}

export interface AuditEntryRow {
  seq: number
  at: number
  type: string
  outcome: string
  actor: string
  subject: string | null
  session: string | null
  address: string
  agent: string
  details: string
  hash: string
}

export interface AuditEndsRow {
  id: number
  last_seq: number
  last_hash: string
  pruned_seq: number
  pruned_hash: string
  pruned_seal: string
}

export interface MigrationRow {
  id: string
  checksum: string
  applied_at: number
}
