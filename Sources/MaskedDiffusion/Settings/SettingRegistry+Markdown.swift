extension SettingRegistry {
  /// The table of settings in README.md.
  package static var markdownTable: String {
    let head = "| Option, command | Key in JSON | What it does | Values |\n|---|---|---|---|\n"
    return head
      + all.map { row in
        let values =
          if case .algorithm = row.kind { "`\(row.valueName)`" } else { row.range }
        return "| `--\(row.name)` | `\(row.key)` | \(row.summary) | \(values) |\n"
      }.joined()
  }
}
