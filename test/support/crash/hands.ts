/** Who does the steps of settled days: undisturbed, killed at every commit of each, or while a service stands still. */
import type { ProcessName } from '../../../scripts/local/run-file.ts'
import { type Command, typeCommand } from './crash-commands.ts'
import type { FunctionKey } from './crash-functions.ts'
import type { SettlementPlace } from './settlement-cell.ts'
import { type DatabaseState, stateOf, writtenBetween } from './state-of.ts'

export interface Hands {
  /** Does all that the function has to do now. `event`: what it is given. */
  run(step: FunctionKey, day: number, event?: unknown): Promise<void>
  type(command: Command, day: number): Promise<void>
}

export class SteadyHands implements Hands {
  readonly #place: SettlementPlace

  constructor(place: SettlementPlace) {
    this.#place = place
  }

  run(step: FunctionKey, _day: number, event?: unknown): Promise<void> {
    return this.#place.system.invoke(step, event)
  }

  async type(command: Command): Promise<void> {
    const { code, output } = await typeCommand(this.#place, command)
    if (code !== 0) throw new Error(`${command.words.join(' ')} ended with ${code}: ${output}`)
  }
}

export interface Kill {
  day: number
  what: string
  /** Before COMMIT was sent, or after. */
  when: 'before' | 'after'
}

/** More than any step commits on one day. */
const COMMITS_MAX = 60
/** More than any command makes that only read. */
const IDLE_COMMITS_MAX = 5
/** Commits of a step that write the same tables are alike: after so many, only each third is killed. */
const ALIKE_KILLS = 2
const PASSED_OF_ALIKE = 2

/**
 * Kills each step before its first COMMIT is sent and after it, and again and again, until it comes to no further one. A commit that
 * has changed nothing is passed over by the next.
 */
export class KillingHands implements Hands {
  readonly kills: Kill[] = []
  readonly #place: SettlementPlace
  /** By step and written tables. */
  readonly #alike = new Map<string, number>()

  constructor(place: SettlementPlace) {
    this.#place = place
  }

  async run(step: FunctionKey, day: number, event?: unknown): Promise<void> {
    let idle = 0
    let passed = 0
    let state = await this.#state()
    for (let commit = 1; commit <= COMMITS_MAX; commit++) {
      const hits = idle + passed + 1
      if (passed === 0 && !(await this.#isKilled(step, { day, when: 'before', hits }, event))) return
      if (!(await this.#isKilled(step, { day, when: 'after', hits }, event))) return
      const before = state
      state = await this.#state()
      const written = writtenBetween(before, state)
      if (written.length === 0) idle++
      passed = written.length > 0 && this.#isKnown(step, written) ? PASSED_OF_ALIKE : 0
    }
    throw new Error(`${step} of day ${day} makes more than ${COMMITS_MAX} commits`)
  }

  /**
   * Before its first commit; after it; and so on, until all are done that it makes; and who is not sure types it once more. A commit that
   * has changed nothing is passed over by the next.
   */
  async type(command: Command, day: number): Promise<void> {
    const what = `${command.tool} ${command.words[0]}`
    let left = command.commits ?? 1
    for (let idle = 0; left > 0; ) {
      const before = await this.#state()
      for (const when of ['before', 'after'] as const) await this.#killTyped(command, { day, what, when }, idle + 1)
      if (writtenBetween(before, await this.#state()).length > 0) left--
      else if (++idle > IDLE_COMMITS_MAX) throw new Error(`${what} makes ${idle} commits that change nothing`)
    }
    if (command.unsure === 'looks') return
    const before = await this.#state()
    await typeCommand(this.#place, command)
    if (command.unsure === 'finishes it') return
    const written = writtenBetween(before, await this.#state())
    if (written.length > 0) throw new Error(`${what} was done twice: it wrote ${written.join(', ')}`)
  }

  async #killTyped(command: Command, kill: Kill, hits: number): Promise<void> {
    const { code, output } = await typeCommand(this.#place, command, { point: pointOf[kill.when], hits })
    if (code !== null) throw new Error(`${kill.what} was not killed, and ended with ${code}: ${output}`)
    this.kills.push(kill)
  }

  async #isKilled(
    step: FunctionKey,
    { day, when, hits }: Omit<Kill, 'what'> & { hits: number },
    event: unknown,
  ): Promise<boolean> {
    const { system } = this.#place
    const isKilled = await system.isFunctionKilled(step, { point: pointOf[when], hits }, () =>
      system.invoke(step, event),
    )
    if (isKilled) this.kills.push({ day, what: step, when })
    return isKilled
  }

  #isKnown(step: FunctionKey, written: readonly string[]): boolean {
    const kind = `${step} ${written.join(' ')}`
    const count = (this.#alike.get(kind) ?? 0) + 1
    this.#alike.set(kind, count)
    return count > ALIKE_KILLS
  }

  #state(): Promise<DatabaseState> {
    return stateOf(this.#place.system.database)
  }
}

const pointOf = { before: 'transactions:ready', after: 'database:committing' } as const

export interface Pause {
  day: number
  step: FunctionKey
  service: ProcessName
}

/** Longer than a call to any service waits. */
const PAUSE_MS = 18_000

/** Pauses a service while a step is done; then two do it at once. */
export class PausingHands extends SteadyHands {
  readonly done: Pause[] = []
  readonly #system: SettlementPlace['system']
  readonly #pauses: readonly Pause[]

  constructor(place: SettlementPlace, pauses: readonly Pause[]) {
    super(place)
    this.#system = place.system
    this.#pauses = pauses
  }

  override async run(step: FunctionKey, day: number, event?: unknown): Promise<void> {
    const pause = this.#pauses.find(each => each.day === day && each.step === step && !this.done.includes(each))
    if (pause === undefined) return super.run(step, day, event)
    this.done.push(pause)
    await this.#system.whilePaused(pause.service, PAUSE_MS, () => super.run(step, day, event))
    await Promise.all([super.run(step, day, event), super.run(step, day, event)])
  }
}
