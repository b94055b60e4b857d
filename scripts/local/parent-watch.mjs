/** Notices that the parent process has ended: npm does not pass on a TERM, it just ends. Plain JavaScript for Node 20. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Parent and name of a process; undefined when it is gone. */
function lookAt(pid) {
  try {
    if (process.platform === 'linux') {
      const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const end = line.lastIndexOf(')')
      const [state, parent] = line.slice(end + 2).split(' ')
      if (state === 'Z') return undefined
      return { parent: Number(parent), name: line.slice(line.indexOf('(') + 1, end) }
    }
    const text = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    const [parent, ...name] = text.split(/\s+/)
    return { parent: Number(parent), name: name.join(' ').split('/').pop() }
  } catch {
    return undefined
  }
}

/** The processes whose end means ours: our parent, and npm above the shell that npm puts in between. */
export function watchedParents(look = lookAt, parentPid = process.ppid, env = process.env) {
  const watched = [parentPid]
  const parent = look(parentPid)
  if (env.npm_lifecycle_event && parent && /^(da|ba|z|k)?sh$/.test(parent.name)) watched.push(parent.parent)
  return watched.filter(pid => pid > 1)
}

/** Calls `gone` once when one of them has ended. Keeps no process alive. */
export function watchParents(gone, intervalMs = 500) {
  const watched = watchedParents()
  const timer = setInterval(() => {
    if (watched.every(pid => lookAt(pid) !== undefined)) return
    clearInterval(timer)
    gone()
  }, intervalMs)
  timer.unref()
}
