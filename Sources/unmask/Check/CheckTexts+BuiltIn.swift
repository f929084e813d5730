/// Texts to examine a model with that brings none, one document a paragraph.
extension CheckTexts {
  /// Plain prose of several kinds.
  static let english = documents(
    """
    The old bridge had stood over the river for two hundred years, and nobody in the village
    could remember a winter as cold as this one. Ice covered the stones, and people walked
    slowly, holding the rail with both hands.

    On Monday morning the children went to the library with their teacher. They were allowed to
    choose one book each. Anna took a book about whales, and her brother took one about the
    moon. In the evening they read to each other until it was time to sleep.

    Water boils at a lower temperature in the mountains than at the sea, because there is less
    air above it. For this reason it takes longer to cook rice or potatoes there, although the
    water seems to boil just as well.

    The meeting will begin at nine o'clock and should not take more than an hour. Please read
    the report before you come, and write down any questions that you have. If you cannot be
    there, tell us by the end of the week.

    A farmer had three sons who always quarrelled. One day he gave them a bundle of sticks and
    asked them to break it. None of them could. Then he untied the bundle and gave them the
    sticks one by one, and they broke them easily. "You see," he said, "together you are
    strong."

    The city grew quickly after the railway was built. New houses were put up along the main
    street, and within ten years there were two schools, a hospital and a theatre. Many of the
    people who came to live there had worked on the land before.

    She opened the letter and read it twice. Then she folded it, put it back into the envelope
    and looked out of the window for a long time. It had begun to rain, and the garden was
    almost dark.

    To make the soup, cut the onions and carrots into small pieces and fry them in a little oil.
    Add the water, the beans and some salt, and let everything cook for half an hour. Serve it
    hot, with bread.

    Birds that spend the summer in the north fly south in autumn, when there is less to eat.
    Some of them travel thousands of miles, and they find the way by the sun, the stars and the
    shape of the land below.

    The train was late again, and the platform was full of people. A man with a large suitcase
    asked whether this was the right place for the train to the coast. Nobody was sure, so they
    all looked at the board and waited.

    In the first half of the game neither team scored. After the break it became faster, and ten
    minutes before the end a long pass across the field led to the only goal. The crowd cheered
    for so long that the players stopped and waved.

    There was once a small cat who lived in a shop that sold clocks. At night, when the shop was
    closed, she listened to them ticking. She knew every clock by its sound, and when one of
    them stopped she sat beside it until somebody came.
    """)

  /// The paragraphs of `text`, each on one line.
  private static func documents(_ text: String) -> [String] {
    text.split(separator: "\n\n").map { String($0.replacing("\n", with: " ")) }
  }
}
