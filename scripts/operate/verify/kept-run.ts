/** A run of `npm run verify` that is kept for the console: it says how far it has come while it goes on, and what it found. */
import type { VerifyCount } from '../../../shared/contracts/lists.ts'
import {
  NO_PROGRESS,
  type VerifyProgress,
  type VerifyResult,
  type VerifyRun,
} from '../../../shared/contracts/verify-runs.ts'
import { Ports } from '../../../shared/runtime/wiring.ts'
import { loginActor } from '../../../shared/settlement/operators.ts'
import {
  type BegunRun,
  beginOwnRun,
  beginRequestedRun,
  failRun,
  keepResult,
  proceed,
  type VerifyRunPorts,
} from '../../../shared/settlement/verify-runs.ts'
import { printable } from '../../terminal/printable.ts'
import { loginOf } from '../connections.ts'
import type { FoundSystem } from '../find-system.ts'
import type { VerifyReport, WhatIsRead } from './verify-system.ts'

/** Far below the lease. */
const SIGN_OF_LIFE_MS = 1_000

const counts: Record<WhatIsRead, VerifyCount> = {
  'decisions of the acquirer': 'decisions',
  'records of Kafka': 'records',
  payments: 'payments',
  'lines of files': 'lines',
  answers: 'answers',
}

/** Throws an Error that says what to do when another run is going on, or when nobody waits for this one. */
export async function beginKeptRun(system: FoundSystem, save: true | string): Promise<KeptRun> {
  const ports = new Ports(() => ({ ...system.config, offline: system.runFile !== null })).forBatches
  try {
    const begun =
      save === true
        ? await beginOwnRun(ports, loginActor(loginOf(system.databaseUrl)))
        : await beginRequestedRun(ports, save)
    if (begun.kind !== 'begun') throw new Error(whyNot(begun))
    return new KeptRun(ports, begun.runId, () => ports.database.close())
  } catch (error) {
    await ports.database.close()
    throw error
  }
}

export function whyNot(begun: Exclude<BegunRun, { kind: 'begun' }>): string {
  if (begun.kind === 'not_waiting') return 'nobody waits for this run: it was begun before, or was given up'
  const { askedBy, askedAtMs } = begun.run as VerifyRun
  const since = new Date(askedAtMs).toISOString()
  return printable(
    `another run is going on, which ${askedBy} asked for at ${since}: wait for its end, or leave --save out`,
  )
}

export const keptLine = (runId: string, isKept: boolean): string =>
  isKept
    ? `Kept for the console as ${runId}.`
    : `Not kept: ${runId} gave no sign of life for too long, and was given up.`

export class KeptRun {
  readonly runId: string
  readonly #ports: Pick<VerifyRunPorts, 'verifyRuns' | 'clock'>
  readonly #disconnect: () => Promise<void>
  readonly #timer: NodeJS.Timeout
  #progress: VerifyProgress = NO_PROGRESS
  #writing: Promise<unknown> | undefined

  constructor(
    ports: Pick<VerifyRunPorts, 'verifyRuns' | 'clock'>,
    runId: string,
    disconnect: () => Promise<void>,
    signOfLifeMs = SIGN_OF_LIFE_MS,
  ) {
    this.runId = runId
    this.#ports = ports
    this.#disconnect = disconnect
    this.#timer = setInterval(() => this.#signOfLife(), signOfLifeMs)
  }

  note(what: WhatIsRead, count: number): void {
    this.#progress = { ...this.#progress, [counts[what]]: count }
  }

  /** False when the run was given up. */
  async keep(report: VerifyReport): Promise<boolean> {
    await this.#silence()
    return keepResult(this.#ports, this.runId, resultOf(report))
  }

  /** Keeps why it came to nothing, where the database still takes that. */
  async fail(error: unknown): Promise<void> {
    await this.#silence()
    const problem = printable(error instanceof Error ? error.message : String(error))
    // The error itself is what is told.
    await failRun(this.#ports, this.runId, problem).catch(() => false)
  }

  async close(): Promise<void> {
    await this.#silence()
    await this.#disconnect()
  }

  /** One that the database does not take is made good by the next. */
  #signOfLife(): void {
    this.#writing ??= proceed(this.#ports, this.runId, this.#progress)
      .catch(() => false)
      .finally(() => {
        this.#writing = undefined
      })
  }

  async #silence(): Promise<void> {
    clearInterval(this.#timer)
    await this.#writing
  }
}

export const resultOf = ({ figures, acquirer, results }: VerifyReport): VerifyResult => ({
  figures,
  acquirerDecisions: 'decisions' in acquirer ? acquirer.decisions : null,
  acquirerSkipped: 'whyNot' in acquirer ? acquirer.whyNot : null,
  rules: results.map(({ name, group, sentence, checked, failed, pending, rows }) => ({
    name,
    group,
    sentence,
    checked,
    failed,
    pending,
    rows,
  })),
})
