/** Files that are let fall on a page. */

export function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') === true
}

/** Where nothing takes a file, the browser would leave the page and open it instead. */
export function refuseStrayFiles(): void {
  for (const name of ['dragover', 'drop'] as const) {
    addEventListener(name, (event) => {
      if (event.defaultPrevented || !carriesFiles(event) || event.target instanceof HTMLInputElement) return
      event.preventDefault()
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'none'
    })
  }
}
