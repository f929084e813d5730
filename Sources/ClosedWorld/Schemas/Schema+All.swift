extension Schema {
  /// Every schema there is.
  static let all: [Schema] =
    tinyStories + smallStories + fullStories + sums + questions + people + sequences + instructions
}
