/** The shop as a child of the starter: as it was built, or by Vite's dev server for whoever changes it. */
import { join } from 'node:path'
import { bundleProgram } from './bundle-program.ts'
import { childEnv, keepOutput, nodeFix } from './node-children.ts'
import { type DataFolder, demoSocketOf, projectRoot } from './paths.ts'
import type { PortPlan } from './plan-ports.ts'
import { probeHttp } from './probes.ts'
import type { SystemEnv } from './run-file.ts'
import { viteProgram } from './shop-build.ts'
import type { ChildSpec } from './supervised-process.ts'

/** A system's own copy of the built shop. */
export const builtShopFolder = ({ root }: DataFolder): string => join(root, 'web')

/** For little memory: no compiler for what runs often, and little room for what is soon garbage. After 3,000 requests 59 MB, and not 135. */
const SMALL = ['--lite-mode', '--max-semi-space-size=1']

/** The server of the built shop, which is in its folder by now. */
export async function builtShopChild(folder: DataFolder, env: SystemEnv, ports: PortPlan): Promise<ChildSpec> {
  const program = await bundleProgram('web/server/main.ts', join(folder.root, 'web.cjs'))
  return { ...shopChild(folder, env, ports), args: [...SMALL, program, builtShopFolder(folder)] }
}

/** Vite's dev server: each file as it is saved. */
export function devShopChild(folder: DataFolder, env: SystemEnv, ports: PortPlan): ChildSpec {
  const flags = ['--host', '127.0.0.1', '--port', String(ports.web), '--strictPort', '--clearScreen', 'false']
  return {
    ...shopChild(folder, env, ports),
    args: [...keepOutput, viteProgram(), ...flags],
    cwd: join(projectRoot, 'web'),
  }
}

function shopChild(folder: DataFolder, env: SystemEnv, ports: PortPlan): Omit<ChildSpec, 'args'> {
  return {
    name: 'web',
    command: process.execPath,
    env: { ...childEnv(env), WEB_PORT: String(ports.web), DEMO_SOCKET: demoSocketOf(folder) },
    port: ports.web,
    log: join(folder.logs, 'web.log'),
    probe: () => probeHttp(`http://127.0.0.1:${ports.web}/`),
    readyDeadlineMs: 60_000,
    stopDeadlineMs: 5_000,
    fixFor: nodeFix,
  }
}
