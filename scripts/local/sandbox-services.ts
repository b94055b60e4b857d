/** The sandbox's acquirer and bank as children of the starter: one bundle each, made at each start, which takes half the memory of its TypeScript. */
import { join } from 'node:path'
import { keepOutput, nodeFix } from './node-children.ts'
import { type DataFolder, projectRoot } from './paths.ts'
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
    args: [...keepOutput, '--disable-warning=ExperimentalWarning', await bundle(name, folder.root)],
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

/** Writes `acquirer.mjs` or `bank.mjs` into the folder and returns its path. */
async function bundle(name: SandboxName, folder: string): Promise<string> {
  const { buildSync } = await import('esbuild')
  const outfile = join(folder, `${name}.mjs`)
  buildSync({
    entryPoints: [join(projectRoot, 'sandbox', name, 'main.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    outfile,
    logLevel: 'error',
  })
  return outfile
}
