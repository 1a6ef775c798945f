/**
 * Password hashing, usable alone: every hash in the world comes in, argon2id goes out.
 *
 * @packageDocumentation
 */
export { type CompositionRule, checkComposition } from '../core/passwords/index.ts'
export { OverloadedError, SallyportError } from '../kernel/errors.ts'
export {
  createPasswordContext,
  type Making,
  type PasswordContext,
  type Verification,
  type VerifyOptions,
} from './context.ts'
export { defaultSchemes, PasswordContextError, type PasswordContextOptions } from './options.ts'
export type { PepperKey } from './plan.ts'
export { type Cost, type HashRefusal, HashRefusedError, type Password } from './scheme.ts'
export type { LineCounts } from './waiting-line.ts'
