extension Schema {
  /// Facts about invented people, and the directions that are held out.
  static let people: [Schema] = [
    Schema(.people, "forward", variables: ["one: forwardFact"], forward),
    Schema(.people, "backward", variables: ["one: backwardFact"], backward),
    Schema(.people, "held-out-forward", isHeldOut: true, variables: ["one: backwardOnly"], forward),
    Schema(
      .people, "held-out-backward", isHeldOut: true, variables: ["one: forwardOnly"], backward),
  ]

  private static let forward = """
    [{one} is known as the {one.title}.|Everyone knows that {one} is the {one.title}.|{one} lives in the village and \
    is the {one.title}.]
    """
  private static let backward = """
    [The {one.title} is {one}.|Everyone knows that the {one.title} is {one}.|The {one.title} is called {one}.]
    """
}
