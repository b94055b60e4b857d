/** The sandbox acquirer as a child of the starter: one bundle, made at each start, which takes half the memory of its TypeScript. */
import { join } from 'node:path'
import { keepOutput, nodeFix } from './node-children.ts'
import { type DataFolder, projectRoot } from './paths.ts'
import type { PortPlan } from './plan-ports.ts'
import { probeHttp } from './probes.ts'
import type { SystemEnv } from './run-file.ts'
import type { ChildSpec } from './supervised-process.ts'

export async function acquirerChild(folder: DataFolder, env: SystemEnv, ports: PortPlan): Promise<ChildSpec> {
  return {
    name: 'acquirer',
    command: process.execPath,
    args: [...keepOutput, '--disable-warning=ExperimentalWarning', await bundleAcquirer(folder.root)],
    env: {
      ...process.env,
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      // Some shells export HOST as the name of the machine.
      HOST: '127.0.0.1',
      ACQUIRER_PORT: String(ports.acquirer),
      ACQUIRER_DATA: join(folder.root, 'acquirer'),
    },
    port: ports.acquirer,
    log: join(folder.logs, 'acquirer.log'),
    probe: () => probeHttp(`${env.ACQUIRER_URL}/health`),
    readyDeadlineMs: 30_000,
    stopDeadlineMs: 10_000,
    fixFor: nodeFix,
  }
}

/** Writes `acquirer.mjs` into the folder and returns its path. */
export async function bundleAcquirer(folder: string): Promise<string> {
  const { buildSync } = await import('esbuild')
  const outfile = join(folder, 'acquirer.mjs')
  buildSync({
    entryPoints: [join(projectRoot, 'sandbox/acquirer/main.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    outfile,
    logLevel: 'error',
  })
  return outfile
}
