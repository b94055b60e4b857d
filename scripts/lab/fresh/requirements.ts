/** What a bare Debian can be made with: Debian or Ubuntu, root, and a few programs that are installed when they are missing. */
import { existsSync } from 'node:fs'
import { installPackages, type Machine, thisMachine } from '../../local/packages.ts'
import { findOnPath } from '../../local/programs.ts'
import { StepFailure } from '../../terminal/output.ts'

/** Why it cannot be done on this kind of machine at all; undefined where it can. */
export function unfitReason({ platform, hasApt }: Machine = thisMachine()): string | undefined {
  if (platform !== 'linux') return `it needs Debian or Ubuntu, and this is ${platform}`
  return hasApt ? undefined : 'it needs Debian or Ubuntu, and there is no apt-get here'
}

/** Files that must be there, and the Debian package that brings each. */
const needed: { there(): boolean; from: string }[] = [
  { there: () => findOnPath('mmdebstrap') !== undefined, from: 'mmdebstrap' },
  { there: () => findOnPath('git') !== undefined, from: 'git' },
  { there: () => ['unshare', 'nsenter', 'setpriv'].every(name => findOnPath(name)), from: 'util-linux' },
  { there: () => existsSync('/usr/share/keyrings/debian-archive-keyring.gpg'), from: 'debian-archive-keyring' },
]

/** Installs what is missing. Rejects with a StepFailure that says what stands in the way. */
export async function ensureRequirements(log: string, machine: Machine = thisMachine()): Promise<void> {
  const unfit = unfitReason(machine)
  if (unfit) throw new StepFailure(`no bare Debian can be made here: ${unfit}`)
  if (!machine.isRoot)
    throw new StepFailure('no bare Debian can be made by this user: it takes root', { fix: 'sudo npm run test:fresh' })
  const missing = needed.filter(one => !one.there()).map(one => one.from)
  if (missing.length > 0) await installPackages(missing, log, machine)
}
