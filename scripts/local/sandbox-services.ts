/** The sandbox's acquirer and bank as children of the starter, a bundle each. */
import { join } from 'node:path'
import { bundleProgram } from './bundle-program.ts'
import { nodeFix } from './node-children.ts'
import type { DataFolder } from './paths.ts'
import { externalVariables, type PortPlan, type SandboxName, sandboxPorts } from './plan-ports.ts'
import { probeHttp } from './probes.ts'
import type { SystemEnv } from './run-file.ts'
import type { ChildSpec } from './supervised-process.ts'

/** Where each reads the folder of its journal. */
const dataVariables: Record<SandboxName, string> = { acquirer: 'ACQUIRER_DATA', bank: 'BANK_DATA' }

export async function sandboxChild(
  name: SandboxName,
  folder: DataFolder,
  env: SystemEnv,
  ports: PortPlan,
): Promise<ChildSpec> {
  return {
    name,
    command: process.execPath,
    args: [
      '--disable-warning=ExperimentalWarning',
      await bundleProgram(`sandbox/${name}/main.ts`, join(folder.root, `${name}.mjs`)),
    ],
    env: {
      ...process.env,
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      // Some shells export HOST as the name of the machine.
      HOST: '127.0.0.1',
      [sandboxPorts[name].variable]: String(ports[name]),
      [dataVariables[name]]: join(folder.root, name),
      // The acquirer pays its batches into it.
      BANK_URL: env.BANK_URL,
    },
    port: ports[name],
    log: join(folder.logs, `${name}.log`),
    probe: () => probeHttp(`${env[externalVariables[name]]}/health`),
    readyDeadlineMs: 30_000,
    stopDeadlineMs: 10_000,
    fixFor: nodeFix,
  }
}
