import type { Clock } from '../../../kernel/clock.ts'
import type { FieldProblem, Invalid, Refused } from '../../../kernel/outcome.ts'
import { refused } from '../../../kernel/outcome.ts'
import { publicId, type Random } from '../../../kernel/random.ts'
import type { Secret } from '../../../kernel/secret.ts'
import {
  type Account,
  type AccountId,
  type AccountStore,
  type EmailAddress,
  type NameRule,
  type PersonName,
  parseEmail,
  parseName,
} from '../../accounts/index.ts'
import type { Audit } from '../../audit/index.ts'
import {
  type BrokenRule,
  type Passwords,
  type PlaintextRule,
  readPlaintext,
} from '../../passwords/index.ts'
import type { UnitOfWork } from '../../unit-of-work.ts'

export interface RegistrationDependencies {
  readonly accounts: Pick<AccountStore, 'insert' | 'findByEmail'>
  readonly passwords: Passwords
  readonly unitOfWork: UnitOfWork
  readonly audit: Pick<Audit, 'record'>
  readonly clock: Clock
  readonly random: Random
}

export interface RegistrationRequest {
  readonly email: string
  readonly fullName: string
  readonly password: Secret
  /** Given when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
}

export type RegistrationProblem =
  | FieldProblem<'email', 'malformed'>
  | FieldProblem<'full_name', NameRule>
  | FieldProblem<'password', PlaintextRule>
  | (FieldProblem<'password'> & BrokenRule)

export type RegistrationRefusal = 'email_taken'

export type RegistrationOutcome =
  | { readonly kind: 'registered'; readonly account: Account }
  | Refused<RegistrationRefusal>
  | Invalid<RegistrationProblem>

export class Registration {
  readonly #deps: RegistrationDependencies

  constructor(deps: RegistrationDependencies) {
    this.#deps = deps
  }

  async register(request: RegistrationRequest): Promise<RegistrationOutcome> {
    const { accounts, passwords, unitOfWork, audit, clock } = this.#deps
    const read = await this.#read(request)
    if (read.kind === 'invalid') return read

    const hash = await passwords.hash(read.password, request.signal)
    const account = read.account
    return unitOfWork.run(async () => {
      if ((await accounts.insert(account)) !== 'inserted') return this.#refuse(account)
      await passwords.give(account.id, hash, clock.now())
      await audit.record('account.registered', { subject: account.id }, {})
      return { kind: 'registered', account }
    })
  }

  /** The address is somebody's: that person may want to know. */
  async #refuse({ canonicalEmail }: Account): Promise<RegistrationOutcome> {
    const { accounts, audit } = this.#deps
    const subject = (await accounts.findByEmail(canonicalEmail))?.id
    await audit.record('account.registration_refused', { actor: 'stranger', subject }, {})
    return refused('email_taken')
  }

  async #read({ email, fullName, password }: RegistrationRequest) {
    const address = parseEmail(email)
    const named = parseName(fullName)
    const plain = readPlaintext(password.expose())

    const problems: RegistrationProblem[] = []
    if (!address) problems.push({ field: 'email', rule: 'malformed' })
    if ('broken' in named) problems.push({ field: 'full_name', rule: named.broken })
    if ('broken' in plain) {
      problems.push({ field: 'password', rule: plain.broken })
    } else {
      const broken = await this.#deps.passwords.check(plain.plaintext, [email, fullName])
      problems.push(...broken.map((one) => ({ field: 'password', ...one }) as const))
    }

    if (!address || 'broken' in named || 'broken' in plain || problems.length > 0) {
      return { kind: 'invalid', problems } as const
    }
    const account = this.#newAccount(address, named.name)
    return { kind: 'read', account, password: plain.plaintext } as const
  }

  #newAccount({ email, canonical }: EmailAddress, fullName: PersonName): Account {
    const { clock, random } = this.#deps
    return {
      id: publicId(random, 'acc') as AccountId,
      email,
      canonicalEmail: canonical,
      fullName,
      status: 'active',
      role: 'user',
      epoch: 0,
      createdAt: clock.now(),
      emailVerifiedAt: undefined,
    }
  }
}
