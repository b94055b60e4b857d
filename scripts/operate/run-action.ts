/** Does an action that was chosen: on the system that the flags name, and of a change by whom the token says. */
import { type BatchPorts, Ports } from '../../shared/runtime/wiring.ts'
import type { Action, Chosen } from './choose-action.ts'
import { type FoundSystem, type SystemFlags, systemNamedBy } from './find-system.ts'
import { operatorSession } from './operator-session.ts'

/** What every action is given. */
export interface ActionInput<Flags> {
  ports: BatchPorts
  system: FoundSystem
  /** What was typed after the action's own words. */
  words: readonly string[]
  flags: Flags
}

/** Returns the action's exit code. Throws what finding the system, the token or the action throws. */
export async function runAction<Flags extends object>(
  { runFile, envFile }: SystemFlags,
  { action, words, reason }: Chosen<Action<string, ActionInput<Flags>>>,
  flags: Flags,
): Promise<number> {
  const system = await systemNamedBy({ runFile, envFile }, process.env, ['DATABASE_URL'])
  // A system of this machine is a sandbox, whose virtual clock counts here, too.
  const ports = new Ports(() => ({ ...system.config, offline: system.runFile !== null })).forBatches
  try {
    const input = { ports, system, words, flags }
    if (!action.changes) return await action.run(input)
    const { name: actor } = await operatorSession(ports, action.role)
    return await action.run({ ...input, by: { actor, reason: reason! } })
  } finally {
    await ports.database.close()
  }
}
