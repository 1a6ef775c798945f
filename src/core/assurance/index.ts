export { type Due, type DueOptions, type OfferedProof, stillDue } from './due.ts'
export { type HeldFactors, needsTwo, nothingHeld, secondFactors } from './held.ts'
export { type Level, levelOf, methodReferences } from './level.ts'
export { type Proof, type ProofMethod, proofMethods, provedSince, withProof } from './proof.ts'
