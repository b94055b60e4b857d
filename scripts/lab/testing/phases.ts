/** The phases of a test run: which are wanted, in which order they run, and what becomes of those whose system did not start. */
import { StepFailure } from '../../terminal/output.ts'
import type { Tally } from './tally.ts'
import { sum } from './tally.ts'

export interface Phase<Run> {
  name: string
  /** Needs the running system. */
  live: boolean
  /** Only with --full, or when asked for by name. */
  slow?: boolean
  work(run: Run): Promise<Tally>
}

/** Throws when `only` names a phase that there is not. */
export function wantedPhases<P extends Pick<Phase<never>, 'name' | 'slow'>>(
  phases: P[],
  { only, full }: { only?: string[]; full: boolean },
): P[] {
  const unknown = only?.find(name => !phases.some(phase => phase.name === name))
  if (unknown !== undefined)
    throw new StepFailure(
      `--only: there is no phase "${unknown}"; there are ${phases.map(phase => phase.name).join(', ')}`,
    )
  return phases.filter(phase => (only ? only.includes(phase.name) : full || !phase.slow))
}

export interface PhaseRunner {
  /** Runs one phase and says so; a phase that throws is a failure, and no reason to leave the others out. */
  one(name: string, work: () => Promise<Tally>): Promise<Tally>
  startSystem(): Promise<Tally>
}

/**
 * In their order. The system is started before the first phase that needs it, and stays. Without it those that need it
 * are not run: its failed start is the failure.
 */
export async function runPhases<Run>(
  run: Run,
  wanted: Phase<Run>[],
  { one, startSystem }: PhaseRunner,
): Promise<Tally> {
  const tallies: Tally[] = []
  let started: boolean | undefined
  for (const phase of wanted) {
    if (phase.live && started === undefined) {
      const tally = await one('start', startSystem)
      tallies.push(tally)
      started = tally.failed === 0
    }
    if (!phase.live || started) tallies.push(await one(phase.name, () => phase.work(run)))
  }
  return sum(tallies)
}

/** Of the test files that were named, those of one phase; undefined when files were named and none is this phase's. */
export function filesOf(phase: 'system' | 'full', files: string[]): string[] | undefined {
  if (files.length === 0) return []
  const own = files.filter(file => /(^|\/)test\/full(\/|$)/.test(file) === (phase === 'full'))
  return own.length > 0 ? own : undefined
}

/** Throws when no wanted phase would run the files that were named: a run without them would look as if they had passed. */
export function checkFiles(files: string[], wanted: { name: string }[]): void {
  const running = (['system', 'full'] as const).filter(name => wanted.some(phase => phase.name === name))
  const left = files.filter(file => !running.some(name => filesOf(name, [file])))
  if (left.length > 0) throw new StepFailure(`${left.join(', ')}: not run by this; --only system or --only full would`)
}
