/** What the score asks of reconciliation: what its jobs and commands do. */

export interface HandedFile {
  sourceId: string
  name: string
  /** On the disk. */
  path: string
  /** Whether a file that was refused begins anew. */
  again: boolean
}

export interface ReconUnderTest {
  /** The virtual time from now on. It never goes back. */
  setNowMs(nowMs: number): void
  importFile(file: HandedFile): Promise<'imported' | 'known' | 'rejected'>
  /** Until nothing is left to match or to resolve. */
  matchAll(): Promise<void>
  /** Opens what is due and missing by now. */
  ageAll(): Promise<void>
  /** As a person who gives it up. False: it is not open. */
  loseDispute(disputeId: string): Promise<boolean>
  close(): Promise<void>
}
