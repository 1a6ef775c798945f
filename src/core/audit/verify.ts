import { equalInConstantTime } from '../../kernel/digest.ts'
import { isLinked, type Link, origin, sealOfPruned } from './chain.ts'
import type { AuditStore } from './store.ts'

/** What does not hold together. */
export type Finding =
  /** Altered, or not where it was written; or written under a master key that is not given. */
  | { readonly kind: 'altered'; readonly seq: number }
  /** Entries from one number to another are not there. */
  | { readonly kind: 'missing'; readonly from: number; readonly to: number }
  /** The beginning was removed, and not because it was old. */
  | { readonly kind: 'cut'; readonly through: number }

export interface Verdict {
  readonly entries: number
  readonly findings: readonly Finding[]
  /** The last entry: to be kept elsewhere, and asked for later. */
  readonly last: Link
  /** How many were removed from the beginning because they were old. */
  readonly pruned: number
}

/** Findings beyond this say nothing new. */
const mostFindings = 100

/** Follows the chain from its beginning to its end. */
export async function verify(
  store: Pick<AuditStore, 'list' | 'ends'>,
  keys: readonly Uint8Array[],
  progress: (entries: number) => void = () => undefined,
): Promise<Verdict> {
  // Asked first: what is written meanwhile stands behind it.
  const { last: end, pruned } = await store.ends()
  const findings: Finding[] = []
  const note = (finding: Finding) => {
    if (findings.length < mostFindings) findings.push(finding)
  }
  if (pruned.seq > 0 && !isSealed(pruned, keys)) note({ kind: 'cut', through: pruned.seq })
  // Whoever lists the trail would be shown these too.
  const before = await store.list({ before: pruned.seq + 1 }, 'oldest', mostFindings)
  for (const { seq } of before) note({ kind: 'altered', seq })
  let entries = 0
  let last: Link = pruned.seq > 0 ? pruned : origin
  for (;;) {
    const batch = await store.list({ after: last.seq }, 'oldest', 1000)
    for (const entry of batch) {
      if (entry.seq > last.seq + 1) {
        note({ kind: 'missing', from: last.seq + 1, to: entry.seq - 1 })
      } else if (!isLinked(entry, last, keys)) note({ kind: 'altered', seq: entry.seq })
      last = entry
      entries += 1
    }
    progress(entries)
    if (batch.length === 0) break
  }
  if (last.seq < end.seq) note({ kind: 'missing', from: last.seq + 1, to: end.seq })
  // What was old may have been removed meanwhile, and have been missed: once more from where it begins now.
  if (findings.length > 0 && (await store.ends()).pruned.seq > pruned.seq) {
    return verify(store, keys, progress)
  }
  return { entries, findings, last: { seq: last.seq, hash: last.hash }, pruned: pruned.seq }
}

function isSealed(pruned: Link & { readonly seal: string }, keys: readonly Uint8Array[]): boolean {
  const seal = Buffer.from(pruned.seal, 'base64url')
  return keys.some((key) =>
    equalInConstantTime(Buffer.from(sealOfPruned(pruned, key), 'base64url'), seal),
  )
}
