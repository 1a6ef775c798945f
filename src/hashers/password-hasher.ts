import type {
  PasswordHash,
  PasswordHasher,
  Plaintext,
  SchemeRule,
  StoredPassword,
  Verification,
} from '../core/passwords/index.ts'
import type { Context } from './context.ts'
import type { HashRefusal } from './scheme.ts'

const rules: Readonly<Partial<Record<HashRefusal, SchemeRule>>> = {
  password_too_long: 'too_long',
  password_with_nul: 'forbidden_character',
}

/** The core's port to a password context. */
export class ContextHasher implements PasswordHasher {
  readonly #context: Context
  readonly #decoy: PasswordHash

  constructor(context: Context) {
    this.#context = context
    this.#decoy = context.decoy() as PasswordHash
  }

  refusal(password: Plaintext): SchemeRule | undefined {
    const reason = this.#context.refusal(password.expose())
    return reason && rules[reason]
  }

  async hash(password: Plaintext, signal?: AbortSignal): Promise<PasswordHash> {
    return (await this.#context.hash(password.expose(), { signal })) as PasswordHash
  }

  async verify(
    password: Plaintext,
    { hash, normalForm }: StoredPassword,
    signal?: AbortSignal,
  ): Promise<Verification> {
    // What cannot be read is refused at once; here that would tell that there is such an account.
    const readable = this.#context.identify(hash) !== undefined
    const text = (password.received ?? password).expose()
    const options = { normalForm, signal }
    const { ok, needsRehash } = await this.#context.verify(
      text,
      readable ? hash : this.#decoy,
      options,
    )
    return { ok: readable && ok, needsRehash }
  }

  decoy(): PasswordHash {
    return this.#context.decoy() as PasswordHash
  }
}
