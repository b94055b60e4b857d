/** Installs Debian packages as root; for anybody else it says the exact line to run. */

import { StepFailure } from '../terminal/output.ts'
import { findOnPath } from './programs.ts'
import { runTool } from './run-tool.ts'

export interface Machine {
  isRoot: boolean
  hasApt: boolean
  platform: NodeJS.Platform
}

export function thisMachine(): Machine {
  return {
    isRoot: process.getuid?.() === 0,
    hasApt: findOnPath('apt-get') !== undefined,
    platform: process.platform,
  }
}

/** What a person who is not root can do about missing packages; undefined when we can install them ourselves. */
export function installAdvice(packages: string[], machine: Machine): string | undefined {
  if (machine.platform === 'darwin')
    return 'start Docker Desktop (or another Docker engine); native services are for Debian and Ubuntu'
  if (!machine.hasApt) return `install what Debian calls ${packages.join(' ')}, or start a Docker engine`
  if (!machine.isRoot)
    return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`
  return undefined
}

/**
 * Installs packages. Rejects with a StepFailure that names the fix when we may not, or when apt-get fails.
 * The package lists are fetched only when the first try fails: on most machines they are there.
 */
export async function installPackages(
  packages: string[],
  log: string,
  machine = thisMachine(),
  run: typeof runTool = runTool,
): Promise<void> {
  const advice = installAdvice(packages, machine)
  if (advice) throw new StepFailure(`missing: ${packages.join(', ')}`, { fix: advice })
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args: string[]) =>
    run('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], {
      log,
      env,
      fix: 'look at the log; `apt-get update` by hand shows whether this machine reaches its package mirror',
    })
  const install = () => apt('install', '-y', '--no-install-recommends', ...packages)
  try {
    await install()
  } catch {
    await apt('update')
    await install()
  }
}
