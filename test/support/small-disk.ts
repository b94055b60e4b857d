/** A disk of a few hundred MiB in memory, which a test can fill up. Only root may make one, and not in every container. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Disk } from './own-system.ts'

const MIB = 1024 * 1024

export class SmallDisk implements Disk {
  readonly #sizeMib: number

  constructor(sizeMib: number) {
    this.#sizeMib = sizeMib
  }

  /** What forbids it here; undefined where it can be made. */
  static get obstacle(): string | undefined {
    if (process.platform !== 'linux') return 'a small disk needs Linux'
    const place = mkdtempSync(join(tmpdir(), 'small-disk-'))
    const disk = new SmallDisk(1)
    try {
      disk.mount(place)
      disk.unmount(place)
      return undefined
    } catch (error) {
      return `a small disk cannot be mounted here (root only): ${String((error as Error).message)
        .trim()
        .split('\n')
        .at(-1)}`
    } finally {
      rmdirSync(place)
    }
  }

  mount(folder: string): void {
    mkdirSync(folder, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${this.#sizeMib}m`, 'tmpfs', folder], { stdio: 'pipe' })
  }

  unmount(folder: string): void {
    execFileSync('umount', ['--lazy', folder], { stdio: 'pipe' })
  }
}

export function freeMib(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return (bavail * bsize) / MIB
}

/** A file that takes room until it is thrown away. */
export class Ballast {
  readonly #folder: string
  readonly #path: string

  constructor(folder: string) {
    this.#folder = folder
    this.#path = join(folder, 'ballast')
  }

  /** Leaves so much room; 0: none at all, for whoever else writes there, too. */
  fill(leftMib: number): void {
    const piece = Buffer.alloc(leftMib === 0 ? 4_096 : MIB)
    const file = openSync(this.#path, 'a')
    try {
      while (leftMib === 0 || freeMib(this.#folder) > leftMib) writeSync(file, piece)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    } finally {
      closeSync(file)
    }
  }

  drop(): void {
    rmSync(this.#path, { force: true })
  }
}
