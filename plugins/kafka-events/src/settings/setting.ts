/** One value of `serverless.yml`, which says what is wrong with it under the name that the user gave it. */

/** The place that a value and its parts come from. */
export interface Origin {
  /** How the user wrote the path (`ProvisionedPollerConfig.MinimumPollers`, `FilterCriteria.Filters[0].Pattern`). */
  nameOf(path: string): string
  refuse(problem: string): void
}

export class Setting {
  readonly value: unknown
  readonly #path: string
  readonly #origin: Origin

  constructor(value: unknown, path: string, origin: Origin) {
    this.value = value
    this.#path = path
    this.#origin = origin
  }

  get name(): string {
    return this.#origin.nameOf(this.#path)
  }

  get isGiven(): boolean {
    return this.value !== undefined
  }

  part(key: string): Setting {
    const value = isMap(this.value) && Object.hasOwn(this.value, key) ? this.value[key] : undefined
    return new Setting(
      isNothing(value) ? undefined : value,
      this.#path === '' ? key : `${this.#path}.${key}`,
      this.#origin,
    )
  }

  /** The items of a list; none when it is no list. */
  items(): Setting[] {
    if (!Array.isArray(this.value)) return []
    return this.value.map((item, index) => new Setting(item, `${this.#path}[${index}]`, this.#origin))
  }

  refuse(what: string): void {
    this.#origin.refuse(`${this.name} ${what}`)
  }
}

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `Ref`, `Fn::GetAtt`, `Fn::Sub` and their like: known only to CloudFormation. */
export function isReference(value: unknown): boolean {
  if (!isMap(value)) return false
  const [key, ...others] = Object.keys(value)
  return key !== undefined && others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))
}

/** What takes a property away: null is left out by the framework, `Ref: AWS::NoValue` by CloudFormation. */
export const isNothing = (value: unknown): boolean => value == null || (isMap(value) && value.Ref === 'AWS::NoValue')
