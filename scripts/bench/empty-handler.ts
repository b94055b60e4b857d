/** The empty service of load/empty-handler, run by the very command that runs the product's API. */
import { join } from 'node:path'
import { apiChild } from '../system/node-children.ts'
import { type DataFolder, projectRoot } from '../system/paths.ts'
import type { PortPlan } from '../system/plan-ports.ts'
import { anyFreePort } from '../system/ports.ts'
import type { SystemEnv } from '../system/run-file.ts'
import { SupervisedProcess } from '../system/supervised-process.ts'

export interface EmptyHandler {
  origin: string
  start(): Promise<void>
  pid(): number | undefined
  stop(): Promise<void>
}

export async function makeEmptyHandler(folder: DataFolder, env: SystemEnv): Promise<EmptyHandler> {
  const taken = new Set<number>()
  const ports: Pick<PortPlan, 'api' | 'lambda'> = { api: await anyFreePort(taken), lambda: await anyFreePort(taken) }
  const origin = `http://127.0.0.1:${ports.api}`
  const service = new SupervisedProcess(
    {
      ...apiChild(folder, { ...env, API_URL: origin }, ports as PortPlan),
      cwd: join(projectRoot, 'load/empty-handler'),
      log: join(folder.logs, 'empty-handler.log'),
    },
    { changed: () => {}, say: text => console.log(`empty handler: ${text}`) },
  )
  return { origin, start: () => service.start(), pid: () => service.row().pid, stop: () => service.stop() }
}
