/** The empty services beside this folder, run by the very command that runs the product's API. */
import { join, relative } from 'node:path'
import { apiChild } from '../../local/node-children.ts'
import { type DataFolder, projectRoot } from '../../local/paths.ts'
import type { PortPlan } from '../../local/plan-ports.ts'
import { anyFreePort } from '../../local/ports.ts'
import type { SystemEnv } from '../../local/run-file.ts'
import { SupervisedProcess } from '../../local/supervised-process.ts'

export interface EmptyHandler {
  origin: string
  start(): Promise<void>
  pid(): number | undefined
  stop(): Promise<void>
}

/** Beside this folder; it is not in any other checkout unless it was put there. */
export const emptyServicesRoot = join(projectRoot, 'scripts/lab')

/** By the name of their folder there. */
export const emptyServices = ['empty-handler', 'empty-typescript'] as const
export type EmptyService = (typeof emptyServices)[number]

interface EmptyHandlerOptions {
  /** The checkout whose service it is, run by that checkout's own serverless. */
  root?: string
  extraEnv?: Record<string, string> | undefined
}

export async function makeEmptyHandler(
  name: EmptyService,
  folder: DataFolder,
  env: SystemEnv,
  { root = projectRoot, extraEnv }: EmptyHandlerOptions = {},
): Promise<EmptyHandler> {
  const taken = new Set<number>()
  const ports: Pick<PortPlan, 'api' | 'lambda'> = { api: await anyFreePort(taken), lambda: await anyFreePort(taken) }
  const origin = `http://127.0.0.1:${ports.api}`
  // What the API writes beside its data is that API's own: another commit's must not load our functions.
  const child = apiChild({ ...folder, root: join(folder.root, name) }, { ...env, API_URL: origin }, ports as PortPlan, {
    root,
    extraEnv,
  })
  const service = new SupervisedProcess(
    {
      ...child,
      cwd: join(root, relative(projectRoot, emptyServicesRoot), name),
      log: join(folder.logs, `${name}.log`),
    },
    { changed: () => {}, say: text => console.error(`${name}: ${text}`) },
  )
  return { origin, start: () => service.start(), pid: () => service.row().pid, stop: () => service.stop() }
}
