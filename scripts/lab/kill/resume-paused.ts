/** Lets go on what a run has paused, however the run ends. */
import type { Control } from '../../local/control.ts'
import { victims } from './rounds.ts'

/** Best effort: one that goes on already, or a starter that has gone, is no failure of ours. */
export async function resumePaused(control: Pick<Control, 'status' | 'resume'>): Promise<void> {
  const rows = await control.status().then(
    ({ processes }) => processes,
    () => [],
  )
  const paused = victims.filter(victim => rows.some(({ name, state }) => name === victim && state === 'paused'))
  await Promise.allSettled(paused.map(victim => control.resume(victim)))
}

interface SignalSource {
  once(signal: string, listener: () => void): unknown
  off(signal: string, listener: () => void): unknown
  exit(code: number): unknown
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Runs `work`; whether it fails, or a signal ends the process, no victim stays paused. */
export async function leavingNonePaused<T>(
  control: Pick<Control, 'status' | 'resume'>,
  work: () => Promise<T>,
  source: SignalSource = process,
): Promise<T> {
  const resumeAndExit = () => void resumePaused(control).finally(() => source.exit(130))
  for (const signal of endingSignals) source.once(signal, resumeAndExit)
  try {
    return await work()
  } finally {
    await resumePaused(control)
    for (const signal of endingSignals) source.off(signal, resumeAndExit)
  }
}
