export {
  type GivenFactor,
  type GivenProof,
  type Proved,
  Proving,
  type TypedFactor,
} from './service.ts'
export { countWrongPassword } from './wrong-password.ts'
