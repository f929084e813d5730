extension Schema {
  /// Stories that every world tells.
  static let tinyStories: [Schema] = [
    Schema(
      .stories, "lost",
      variables: [
        "hero: person", "friend: person", "color: color of object", "object: object",
        "place: place",
      ],
      request: "a story about {hero.intro}, {object.a} and {place}",
      """
      One [sunny|windy|+rainy|+snowy|++foggy|++cold|++mild] day {hero} went to {place}. {Hero.he} took {hero.his} {color} {object} along. But {place.at} \
      {hero.he} [lost|+dropped|++mislaid] the {object}. {Friend} [looked for it|++searched all day|++asked everybody] and found the {color} {object}. "Thank you, {friend.call}," said \
      {hero}. {Hero} was [happy|glad|+cheerful|++relieved] again.
      """),
    Schema(
      .stories, "share",
      variables: [
        "hero: person", "friend: person", "food: food", "half: 2...5 | 2...5 | 2...9",
        "place: place",
      ],
      request: "a story about {hero.intro}, {food} and {place}",
      """
      {Hero} had {2*half@number} {food}. {place.At} {hero.he} met {friend}, and {friend} was [hungry|++very hungry|++faint with hunger]. {Hero} gave \
      {half@number} {food} to {friend} and kept {half@number}. They [ate|+enjoyed|++shared stories over] the {food} {place.at}. "Thank you, {hero.call}," \
      said {friend}. {Hero} was [happy|glad|+thankful|++content].
      """),
    Schema(
      .stories, "make",
      variables: [
        "hero: person", "friend: person", "color: color of toy", "toy: toy", "place: place",
      ],
      request: "a story about {hero.intro}, {toy.a} and {place}",
      """
      {Hero} wanted to make {color.a} {toy}. The first {toy} [broke|+fell apart|++was too heavy|++came out crooked]. {Hero} was [sad|tired|++discouraged]. "Try again," [said|++urged] {friend}. \
      So {hero} [tried|++set to work] again, and {friend} helped {hero.him}. At last the {color} {toy} was ready. {Hero} and {friend} \
      took the {toy} to {place}.
      """),
    Schema(
      .stories, "gift",
      variables: [
        "hero: person", "friend: person", "color: color of object", "object: object",
        "place: place",
      ],
      request: "a story about {hero.intro}, {object.a} and {place}",
      """
      It was the birthday of {friend}. {Hero} went to {place}. There {hero.he} [found|+bought|++discovered] {color.a} {object}. {Hero.he} \
      gave the {object} to {friend}. "{color.A} {object}!" said {friend}. "Thank you, {hero.call}." {Friend} was \
      [happy|glad|+delighted] and played with the {object}.
      """),
    Schema(
      .stories, "truth",
      variables: [
        "hero: person", "friend: person", "color: color of object", "object: object",
        "place: place",
      ],
      request: "a story about {hero.intro}, {object.a} and {place}",
      """
      {Hero} broke the {color} {object} of {friend} and hid it {place.at}. "Where is my {color} {object}?" asked \
      {friend}. {Hero} was [sad|sorry|+ashamed]. "I broke the {object}," said {hero}. "It is {place.at}." {Friend} was not \
      [angry|++cross|++surprised]. "Thank you for the truth, {hero.call}," {friend.he} said.
      """),
  ]
}
