/** Rows of text as aligned columns. */

/** Columns two spaces apart; those in `right` are right-aligned. */
export function tableLines(rows: string[][], right: number[] = []): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const cell = (text: string, column: number) =>
    right.includes(column) ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)
  return rows.map(row => row.map(cell).join('  ').trimEnd())
}
