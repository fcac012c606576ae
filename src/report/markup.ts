/** HTML text in which everything that is not markup of ours is escaped: names in a run come from anybody. */

/** Markup made by `html`; anything else is text. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

type Part = Markup | string | number | null | undefined | readonly Part[]

const ENTITIES: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
}

export function escapeHtml(text: string): string {
  // Control characters have no meaning in a page, and some hide what follows.
  // oxlint-disable-next-line no-control-regex
  const plain = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
  return plain.replace(/[&<>"']/g, (c) => ENTITIES[c] as string)
}

function render(part: Part): string {
  if (part === null || part === undefined) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'object') return part.map(render).join('')
  return escapeHtml(String(part))
}

/** `html`…${value}…``: values are escaped, markup and lists of it are not. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.reduce((text, s, i) => text + render(parts[i - 1]) + s))
}

/** Rows of a two-column list of facts; those without a value are left out. */
export function factList(facts: readonly (readonly [string, Part])[]): Markup {
  const rows = facts.filter(([, value]) => value !== undefined && value !== null && value !== '')
  return html`<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
}

/** A column: its head, `wide` where a phone does without it, `num` for figures. */
export interface Column {
  readonly head: string
  readonly kind?: 'num' | 'wide' | 'wide num'
}

export function table(columns: readonly Column[], rows: readonly (readonly Part[])[]): Markup {
  const cell = (tag: 'th' | 'td', column: Column | undefined, value: Part): Markup => {
    const kind = column?.kind === undefined ? new Markup('') : html` class="${column.kind}"`
    return tag === 'th' ? html`<th${kind}>${value}</th>` : html`<td${kind}>${value}</td>`
  }
  const head = columns.map((c) => cell('th', c, c.head))
  const body = rows.map((row) => html`<tr>${row.map((value, i) => cell('td', columns[i], value))}</tr>`)
  return html`<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}
