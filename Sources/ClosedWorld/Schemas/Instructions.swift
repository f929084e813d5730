extension Schema {
  /// A request for a story with given contents, and the story.
  static let instructions: [Schema] = (tinyStories + smallStories + fullStories).compactMap {
    story in
    story.request.map {
      Schema(
        .instructions, story.name, from: story.size, variables: story.variables,
        "[Tell|Write] \($0). Answer: \(story.template)")
    }
  }
}
