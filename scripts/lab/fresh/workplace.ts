/** The temporary folder that the bare Debian is made in, and how it goes away: never through something mounted there. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { holderOf, takeLock } from '../../local/starter-lock.ts'
import { StepFailure } from '../../terminal/output.ts'

const PREFIX = 'payment-backend-fresh-'
const lockIn = (folder: string) => join(folder, 'owner.lock')

export interface Workplace {
  folder: string
  /** The bare Debian's `/`. */
  root: string
}

/** Names its owner inside, so that what a killed run left behind is recognised. */
export function makeWorkplace(parent = tmpdir()): Workplace {
  const folder = realpathSync(mkdtempSync(join(parent, PREFIX)))
  const root = join(folder, 'root')
  // Without root's rights apt's own user fetches the packages, and has to get in.
  chmodSync(folder, 0o755)
  mkdirSync(root)
  takeLock(lockIn(folder))
  return { folder, root }
}

/** Folders of runs that were killed: their owner is gone, and with it everything that was mounted. */
export function abandonedWorkplaces(parent = tmpdir()): string[] {
  const folders = readdirSync(parent).filter(name => name.startsWith(PREFIX))
  return folders.map(name => realpathSync(join(parent, name))).filter(folder => !holderOf(lockIn(folder)))
}

/** The mount points at or under a folder, from the text of /proc/self/mountinfo. */
export function mountsUnder(folder: string, mountInfo: string): string[] {
  const points = mountInfo.split('\n').map(line => plainPath(line.split(' ')[4] ?? ''))
  return points.filter(point => point === folder || point.startsWith(folder + sep))
}

/** Spaces and the like are written in octal there. */
const plainPath = (text: string) => text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)))

/** Throws a StepFailure, with everything still there, while something is mounted under it. The folder is a real path. */
export function removeWorkplace(folder: string, mountInfo = readFileSync('/proc/self/mountinfo', 'utf8')): void {
  const mounts = mountsUnder(folder, mountInfo)
  if (mounts.length > 0)
    throw new StepFailure(`${folder} is not deleted, since something is mounted there: ${mounts.join(', ')}`, {
      fix: `umount ${mounts.toReversed().join(' ')} && rm -rf --one-file-system ${folder}`,
    })
  execFileSync('rm', ['-rf', '--one-file-system', '--', folder])
}
