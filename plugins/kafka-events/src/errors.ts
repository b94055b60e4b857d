/** Says what an error was. kafkajs's error classes are not importable from an ES module: they are told by their names. */

const rebalancingTypes = ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']

/** The coordinator refuses since the group is at, or on its way to, another generation. */
export function isRebalancing(error: unknown): boolean {
  return isKafkaError(error) && rebalancingTypes.includes(String((error as { type?: unknown }).type))
}

export function isKafkaError(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('KafkaJS')
}

/** One line. The class is left out where it says nothing: plain errors, and kafkajs's own. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.name === 'Error' || isKafkaError(error) ? error.message : `${error.name}: ${error.message}`
}
