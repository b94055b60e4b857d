/** What a matcher is given, and what it owes: lines of one file, in the transaction that also moves the file's progress. */
import type { Transaction } from '../payments/ports.ts'
import type { ReconFile, ReconLine, ReconSource } from './ports.ts'

export interface Chunk {
  source: ReconSource
  /** Locked, as its source. */
  file: ReconFile
  /** In their order; every one READ. */
  lines: readonly ReconLine[]
  /** Whether these are the last lines of the file. A file without lines has one chunk without lines. */
  isLast: boolean
  /** What is to be told of it, once and not before the transaction is committed. Must not throw. */
  afterCommit(tell: () => void): void
}

/**
 * Gives every line its state and books what follows. Returns how many events it told of the file: the sequences after
 * `file.eventCount`, without gaps. The caller writes the file's progress. Nothing stays of it when it throws.
 */
export type MatchChunk = (tx: Transaction, chunk: Chunk) => Promise<number>
