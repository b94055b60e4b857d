/** Memory disks (tmpfs) that somebody has mounted in a data folder: a folder that one lies on cannot be deleted. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'

/** The places of `mountinfo` (proc_pid_mountinfo(5)) that are a tmpfs at `folder` or below it, the deepest first. */
export function memoryDisksIn(folder: string, mountinfo: string): string[] {
  return mountinfo
    .split('\n')
    .map(line => line.split(' '))
    .filter(fields => fields[fields.indexOf('-') + 1] === 'tmpfs')
    .map(([, , , , place = '']) =>
      place.replaceAll(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(parseInt(code, 8))),
    )
    .filter(place => place === folder || place.startsWith(`${folder}/`))
    .toReversed()
}

/** Best effort, on Linux: what a tmpfs holds is gone with it. Another kind of disk is left alone. */
export function unmountMemoryDisks(folder: string): void {
  if (process.platform !== 'linux' || !existsSync(folder)) return
  for (const place of memoryDisksIn(realpathSync(folder), readFileSync('/proc/self/mountinfo', 'utf8'))) {
    try {
      execFileSync('umount', ['--lazy', place], { stdio: 'ignore' })
    } catch {
      // Deleting the folder says what is in the way.
    }
  }
}
