export { type Due, type OfferedProof, stillDue } from './due.ts'
export { type HeldFactors, needsTwo, nothingHeld, secondFactors } from './held.ts'
export { levelOf, methodReferences } from './level.ts'
export { type Proof, type ProofMethod, provedSince, withProof } from './proof.ts'
