/** A system for one run of a tool: on free ports, with data that is kept when the run was not good. */
import { rm } from 'node:fs/promises'
import { type Control, connectControl } from '../local/control.ts'
import type { Detour } from '../local/detour.ts'
import { watchParents } from '../local/parent-watch.mjs'
import { System } from '../local/system.ts'
import { type FoundSystem, findSystem } from '../operate/find-system.ts'
import type { Reporter } from '../terminal/output.ts'

export interface OwnSystemOptions {
  /** The data folder's name. */
  data: string
  /** Makes the services run natively. */
  detour?: Detour
  /** Likewise. After those of docker-compose.yml, so that they win. */
  mariadbFlags?: readonly string[]
}

/**
 * Runs `work` on a new system, which is stopped afterwards, also by a signal or when the parent ends. Its data is removed when `isGood` says so, else kept.
 * Throws what the start and `work` throw.
 */
export async function withOwnSystem<T>(
  { data, detour, mariadbFlags }: OwnSystemOptions,
  reporter: Reporter,
  work: (system: FoundSystem, control: Control) => Promise<T>,
  isGood: (result: T) => boolean,
): Promise<T> {
  const services = detour === undefined && mariadbFlags === undefined ? 'auto' : 'native'
  const given = { ...(detour && { detour }), ...(mariadbFlags && { mariadbFlags }) }
  const system = new System({ data, services, ports: 'free', web: false, ...given }, reporter)
  const { root, runFile } = system.folder
  const stopAndExit = () => void system.stop().finally(() => process.exit(130))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stopAndExit)
  watchParents(stopAndExit)
  let good = false
  try {
    await system.start()
    const result = await work(await findSystem(runFile, process.env), connectControl(runFile))
    good = isGood(result)
    return result
  } finally {
    await system.stop()
    if (good) await rm(root, { recursive: true, force: true })
    else reporter.line(`data and logs are kept in ${root}`)
  }
}
