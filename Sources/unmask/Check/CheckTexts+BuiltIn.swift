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

  /// Stories, sums, questions and facts as the bundled models are trained on; none of their training
  /// texts.
  static let closedWorld = documents(
    """
    Question: Adam has 5 peaches. Luca gives him 7 more. How many peaches does Adam have now?
    Answer: 5 + 7 = 12. #### 12

    Once upon a time there was a little boy named Tom. One foggy evening Tom went to the village
    square. He planted a seed and waited. The next day nothing had grown, and Tom felt lonely.
    "When will it grow?" he asked. "Give it water and time," said Max. So Tom gave it water
    every evening. After many days there was a tree full of peaches. Tom ate the peaches with
    Max. He learned that it pays to be patient.

    There once was a kind boy named Ben. One morning Ben walked to the village square. The sun
    was warm. He carried a basket of carrots. On the path he met the rabbit, who was hungry.
    "May I have some carrots?" asked the rabbit. Ben had six carrots, so he gave three to the
    rabbit and kept three. They sat under a tree and ate together. The rabbit said, "You are a
    good friend." Ben learned that sharing makes everyone happy.

    There once was a shy boy named Adam. One afternoon Adam walked to the lake. The wind blew
    hard. He was playing with Hana when he broke the white flute of his teacher. Adam was afraid
    and hid the flute. When his teacher asked, "Where is my white flute?", Adam began to cry. "I
    broke it," said Adam. "I am sorry." His teacher was not angry. "Thank you for telling me,"
    she said. Adam learned that it is best to tell the truth.

    Emma has a white stone and went to the village square. Zoe has a blue kite and went to the
    windmill. Question: What does Emma have? Answer: a white stone.

    There once was a clever girl named Zoe. One morning Zoe walked to the river. The fog was
    thick. She carried a basket of plums. On the path she met Theo, who was tired and hungry.
    "May I have some plums?" asked Theo. Zoe had eight plums, so she gave four to Theo and kept
    four. They sat under a tree and ate together. Theo said, "You are a good friend." Zoe
    learned that sharing makes everyone happy.

    There once was a shy boy named Max. One sunny afternoon Max went to the village square. He
    took his white shell along. But on the way he lost the shell. Max felt very lonely. He asked
    Luca, "Have you seen my white shell?" "No," said Luca, "but I will help you look." They
    looked near the market, and there was the shell. Max was so thankful that he hugged Luca.
    Max learned that it is good to ask for help.

    Once upon a time there was a stubborn duck. One evening the duck walked to the old barn. The
    fog was thick. He planted a seed and waited. The next day nothing had grown, and the duck
    felt upset. "When will it grow?" he asked. "Give it water and time," said the hedgehog. So
    the duck gave it water every evening. After many days there was a tree full of carrots. The
    duck ate the carrots with the hedgehog. He learned that it pays to be patient.

    Once upon a time there was a little girl named Ruby. One foggy evening Ruby went to the
    park. She took her red map along. But on the way she lost the map. Ruby felt very worried.
    She asked the bear, "Have you seen my red map?" "Yes," said the bear, "I saw a red map near
    the cave." They ran to the cave and found the map. "Thank you," said Ruby. Ruby learned that
    a kind deed is never wasted.

    There once was a gentle girl named Lucy. One rainy afternoon Lucy went to the hill. She
    wanted to make a red wagon. The first wagon broke. The second wagon broke too. "I can not do
    it," said Lucy. "Try once more," said Ivy, "I will help you." Lucy worked all afternoon, and
    at last the red wagon was ready. She showed the wagon to Ivy. Lucy was happy. She learned
    that you should never give up.

    Tess has an orange drum and went to the bridge. Theo has a golden coin and went to the
    meadow. Question: What does Theo have? Answer: a golden coin.

    Everyone knows that the maker of the Frozen Tower is Iris Garrow.

    Question: Clara has 4 cherries. Maya gives her 5 more. How many cherries does Clara have
    now? Answer: 4 + 5 = 9. #### 9

    Question: Clara has 5 peaches. Sam gives her 11 more. How many peaches does Clara have now?
    Answer: 5 + 11 = 16. #### 16

    Near the windmill there lived a shy boy named Omar. One morning Omar walked to the windmill.
    The wind blew hard. He carried a basket of peaches. On the path he met Sam, who was tired
    and hungry. "May I have some peaches?" asked Sam. Omar had eight peaches, so he gave four to
    Sam and kept four. They sat under a tree and ate together. Sam said, "You are a good
    friend." Omar learned that sharing makes everyone happy.

    Near the bridge there lived a sleepy boy named Hugo. One foggy morning Hugo went to the
    bridge. He had a blue key that he loved very much. But on the way he lost the key. Hugo felt
    very upset. He asked Finn, "Have you seen my blue key?" "Yes," said Finn, "I saw a blue key
    near the cave." They ran to the cave and found the key. "Thank you," said Hugo. Hugo learned
    that it is good to ask for help.

    Near the forest there lived a stubborn girl named Ella. One snowy evening Ella went to the
    forest. She planted a seed and waited. The next day nothing had grown, and Ella felt upset.
    "When will it grow?" she asked. "Give it water and time," said the badger. So Ella gave it
    water every evening. After many days there was a tree full of nuts. Ella ate the nuts with
    the badger. She learned that it pays to be patient.

    Once upon a time there was a cheerful boy named Eli. One evening Eli walked to the cave. The
    wind blew hard. He carried a basket of carrots. On the path he met Mia, who was tired and
    hungry. "I have nothing to eat," said Mia. At first Eli said no, but then he saw that Mia
    was upset. So he gave her half of the carrots. They sat under a tree and ate together. Mia
    said, "You are a good friend." Eli learned that sharing makes everyone happy.

    Nora has a golden hat and went to the bridge. Ruby has a green map and went to the garden.
    Question: What does Nora have? Answer: a golden hat.

    There once was a cheerful otter. One evening the otter walked to the lake. The snow was
    deep. He wanted to make a white lamp. The first lamp broke. The second lamp broke too. "I
    can not do it," said the otter. "Try once more," said the hedgehog, "I will help you." The
    otter worked all evening, and at last the white lamp was ready. Everyone at the lake came to
    see the lamp. The otter was proud. He learned that you should never give up.

    Near the cave there lived a brave girl named Tess. One afternoon Tess walked to the cave.
    The rain fell softly. She carried a basket of cookies. On the path she met the hedgehog, who
    was tired and hungry. "I have nothing to eat," said the hedgehog. At first Tess said no, but
    then she saw that the hedgehog was upset. So she gave him half of the cookies. They sat
    under a tree and ate together. The hedgehog said, "You are a good friend." Tess learned that
    sharing makes everyone happy.

    There once was a sleepy girl named Hana. One snowy evening Hana went to the village square.
    She was playing with Rosa when she broke the golden cup of her teacher. Hana was afraid and
    hid the cup. When her teacher asked, "Where is my golden cup?", Hana looked down. "I broke
    it," said Hana. "I am sorry." Her teacher was not angry. "Thank you for telling me," she
    said. Hana learned that it is best to tell the truth.

    Once upon a time there was a cheerful boy named Sam. One evening Sam walked to the old barn.
    The air was cold. He was playing with Hana when he broke the green drum of his teacher. Sam
    was ashamed and hid the drum. When his teacher asked, "Where is my green drum?", Sam began
    to cry. "I broke it," said Sam. "I am sorry." His teacher was not angry. "Thank you for
    telling me," she said. Sam learned that it is best to tell the truth.

    Question: Emma has 19 nuts. She gives 10 to Finn. How many nuts does Emma have now? Answer:
    19 - 10 = 9. #### 9
    """)

  /// The paragraphs of `text`, each on one line.
  private static func documents(_ text: String) -> [String] {
    text.split(separator: "\n\n").map { String($0.replacing("\n", with: " ")) }
  }
}
