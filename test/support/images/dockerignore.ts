/** .dockerignore by Docker's rules: the last pattern that fits a path, or a folder above it, decides; `!` takes it back in. */

interface Rule {
  pattern: RegExp
  ignored: boolean
}

export class Dockerignore {
  readonly #rules: Rule[]

  constructor(text: string) {
    this.#rules = text
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '' && !line.startsWith('#'))
      .map(line => ({ pattern: patternOf(line.replace(/^!/, '')), ignored: !line.startsWith('!') }))
  }

  /** `path` is relative to the context, with `/`. */
  ignores(path: string): boolean {
    const parts = path.split('/')
    const selfAndAbove = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
    return this.#rules.reduce(
      (ignored, rule) => (selfAndAbove.some(one => rule.pattern.test(one)) ? rule.ignored : ignored),
      false,
    )
  }
}

/** Go's filepath.Match, and `**` for any number of folders. */
function patternOf(line: string): RegExp {
  const cleaned = line.replace(/^\.?\//, '').replace(/\/$/, '')
  const source = cleaned.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|\\]/g, part => {
    if (part === '**/') return '(?:.*/)?'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    return part === '?' ? '[^/]' : `\\${part}`
  })
  return new RegExp(`^${source}$`)
}
