/** The empty services of load/, run by the very command that runs the product's API. */
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

/** By the name of their folder in load/. */
export const emptyServices = ['empty-handler', 'empty-typescript'] as const
export type EmptyService = (typeof emptyServices)[number]

/** `root` is the checkout whose service it is, run by that checkout's own serverless. */
export async function makeEmptyHandler(
  name: EmptyService,
  folder: DataFolder,
  env: SystemEnv,
  root = projectRoot,
): Promise<EmptyHandler> {
  const taken = new Set<number>()
  const ports: Pick<PortPlan, 'api' | 'lambda'> = { api: await anyFreePort(taken), lambda: await anyFreePort(taken) }
  const origin = `http://127.0.0.1:${ports.api}`
  // What the API writes beside its data is that API's own: another commit's must not load our functions.
  const child = apiChild(
    { ...folder, root: join(folder.root, name) },
    { ...env, API_URL: origin },
    ports as PortPlan,
    root,
  )
  const service = new SupervisedProcess(
    {
      ...child,
      cwd: join(root, 'load', name),
      log: join(folder.logs, `${name}.log`),
    },
    { changed: () => {}, say: text => console.log(`${name}: ${text}`) },
  )
  return { origin, start: () => service.start(), pid: () => service.row().pid, stop: () => service.stop() }
}
