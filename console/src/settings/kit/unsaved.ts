/** What was typed and is not saved, anywhere on the page, so that nobody leaves it by accident. */
class Unsaved {
  readonly #forms = new Map<string, () => void>()

  /** As long as it is not called back, leaving asks first. `forget` throws the form's draft away. */
  add(name: string, forget: () => void): () => void {
    this.#forms.set(name, forget)
    return () => { this.#forms.delete(name) }
  }

  any(): boolean {
    return this.#forms.size > 0
  }

  forget(): void {
    for (const forget of this.#forms.values()) forget()
    this.#forms.clear()
  }
}

export const unsaved = new Unsaved()
