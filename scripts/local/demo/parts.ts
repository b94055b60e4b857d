/** What the demo panel does with the parts of its own system: one act at a time for each, and a pause ends by itself. */
import type { DemoAct, DemoConflict, DemoPart, DemoPartState } from '../../../shared/contracts/demo-panel.ts'
import { startMsOf } from '../process-table.ts'
import type { SystemPart } from '../supervised-process.ts'

export interface PartsPorts {
  /** Those of this run. */
  parts(): readonly SystemPart[]
  nowMs(): number
  /** Calls `work` once. Returns how to call it off. */
  after(delayMs: number, work: () => void): () => void
  say(text: string): void
  /** An act takes something away, or has just done so. */
  tookAway(): void
}

export type BegunAct =
  /** Resolves when it is done, or has failed. */
  | { kind: 'begun'; begun: Promise<void> }
  | { kind: 'refused'; reason: DemoConflict; state: DemoPartState }
  | { kind: 'no_such_part' }

/** They answer the panel: what stopped them could not be brought back by it. */
const KILL_ONLY: readonly string[] = ['api', 'web']
/** Without it the API signs nobody in: nobody could bring it back after that. */
const SIGNS_IN = 'mariadb'
export const STOP_MS_MAX = 5 * 60_000
/** The answer that the kill was asked for comes through the shop's server. */
const ANSWER_FIRST_MS = 250

const takesAway: readonly DemoAct[] = ['kill', 'pause', 'stop']

/** What may be asked of a part in this state. */
export function possibleActs(name: string, state: DemoPartState): DemoAct[] {
  const isKillOnly = KILL_ONLY.includes(name)
  switch (state) {
    case 'ready':
      return isKillOnly ? ['kill'] : ['kill', 'pause', 'stop']
    case 'paused':
      return isKillOnly ? ['kill'] : ['kill', 'continue', 'stop']
    case 'stopped':
      return isKillOnly ? [] : ['start']
    case 'starting':
    case 'restarting':
    case 'external':
      return []
  }
}

interface Ending {
  atMs: number
  callOff: () => void
}

export class DemoParts {
  readonly #ports: PartsPorts
  readonly #underWay = new Map<string, DemoAct>()
  readonly #endings = new Map<string, Ending>()
  readonly #problems = new Map<string, string>()
  #isClosed = false

  constructor(ports: PartsPorts) {
    this.#ports = ports
  }

  view(): DemoPart[] {
    return this.#ports.parts().map(part => this.#viewOf(part))
  }

  /** `seconds`: of a pause. `before` is waited for first, when it is certain that the act may be done. */
  begin(name: string, act: DemoAct, seconds: number, before: () => Promise<void> = async () => {}): BegunAct {
    const part = this.#ports.parts().find(each => each.name === name)
    if (part === undefined) return { kind: 'no_such_part' }
    const { state } = part.row()
    if (state === 'external') return { kind: 'refused', reason: 'not_ours', state }
    if (this.#underWay.has(name)) return { kind: 'refused', reason: 'busy', state }
    if (!possibleActs(name, state).includes(act)) return { kind: 'refused', reason: 'state', state }
    return { kind: 'begun', begun: this.#run(part, act, seconds, before) }
  }

  /** Lets what is paused go on, calls off what would follow, and begins nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true
    const paused = this.#ports.parts().filter(part => this.#endings.has(part.name) && part.row().state === 'paused')
    for (const name of [...this.#endings.keys()]) this.#callOff(name)
    await Promise.all(paused.map(part => part.resume().catch(() => {})))
  }

  async #run(part: SystemPart, act: DemoAct, seconds: number, before: () => Promise<void>): Promise<void> {
    const { name } = part
    this.#underWay.set(name, act)
    this.#problems.delete(name)
    try {
      await before()
      if (this.#isClosed) return
      this.#callOff(name)
      if (takesAway.includes(act)) this.#ports.tookAway()
      if (name === 'web') await new Promise<void>(resolve => this.#ports.after(ANSWER_FIRST_MS, resolve))
      await this.#do(part, act, seconds)
    } catch (error) {
      this.#failed(name, act, error)
    } finally {
      this.#underWay.delete(name)
      // While it was being stopped the API may still have answered.
      if (takesAway.includes(act)) this.#ports.tookAway()
    }
  }

  async #do(part: SystemPart, act: DemoAct, seconds: number): Promise<void> {
    switch (act) {
      case 'kill':
        return part.kill()
      case 'continue':
        // The pause may have ended just now.
        return part.row().state === 'paused' ? part.resume() : undefined
      case 'start':
        return part.start()
      case 'pause':
        await part.pause()
        return this.#endAfter(part, seconds * 1_000, 'paused', () => part.resume())
      case 'stop':
        await part.stop()
        if (part.name === SIGNS_IN) this.#endAfter(part, STOP_MS_MAX, 'stopped', () => part.start())
    }
  }

  /** Unless somebody else has changed it meanwhile. */
  #endAfter(part: SystemPart, delayMs: number, from: DemoPartState, end: () => Promise<void>): void {
    const { name } = part
    const callOff = this.#ports.after(delayMs, () => {
      this.#endings.delete(name)
      if (part.row().state !== from) return
      this.#ports.say(`demo panel: ${name} was ${from} for ${delayMs / 1_000} s, which is over`)
      end().catch(error => this.#failed(name, from === 'paused' ? 'continue' : 'start', error))
    })
    this.#endings.set(name, { atMs: this.#ports.nowMs() + delayMs, callOff })
  }

  #callOff(name: string): void {
    this.#endings.get(name)?.callOff()
    this.#endings.delete(name)
  }

  #failed(name: string, act: DemoAct, error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error)
    this.#problems.set(name, problem)
    this.#ports.say(`demo panel: ${act} ${name} failed: ${problem}`)
  }

  #viewOf(part: SystemPart): DemoPart {
    const { name, state, pid, startedAt, restarts } = part.row()
    const startMs = startedAt === undefined ? undefined : startMsOf(startedAt)
    const endsMs = state === 'paused' || state === 'stopped' ? this.#endings.get(name)?.atMs : undefined
    const underWay = this.#underWay.get(name) ?? null
    return {
      ...{ name, state, restarts, underWay },
      pid: pid ?? null,
      startedAt: startMs === undefined ? null : new Date(startMs).toISOString(),
      acts: underWay === null ? possibleActs(name, state) : [],
      until: endsMs === undefined ? null : new Date(endsMs).toISOString(),
      problem: this.#problems.get(name) ?? null,
    }
  }
}
