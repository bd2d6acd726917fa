"""The paper's setting: ten classes, their ImageNet labels, the ids of ten ShapeNet objects each, initial points."""

INITIAL_POINTS = "130,30 50,20 200,15 310,50"  # (azimuth, elevation) in degrees

CLASS_NAMES = ("aeroplane", "bathtub", "bench", "bottle", "chair", "cup", "piano", "rifle", "vase", "toilet")

# Index of each class among ImageNet's 1,000.
IMAGENET_LABELS = (404, 435, 703, 898, 559, 968, 579, 413, 883, 861)

LABEL_NAMES = ("airliner", "bathtub", "park bench", "water bottle", "folding chair", "cup", "grand piano",
               "assault rifle", "vase", "toilet seat")  # of IMAGENET_LABELS

# SHAPE_IDS[class_nb][object_nb]
SHAPE_IDS = (
    (  # 0 aeroplane
        "4d0898c7cac1199a4b0853084d4042f7", "4de5861211ad5b95e7ef9fff09638f8e",
        "4de653411d132abdf1e2558bb9cfc329", "4dfe2199fdd333d09837a3d08a6a1966",
        "4e1dfdfdd417479f49e1f7e01fe2ed1", "4e2769ec84c0bd0454eefcdc602d4520",
        "4e3e46fa987d0892a185a70f269c2a41", "4e4ae13865bf47f41adbb4c4e06ad649",
        "4e66465abe540ee326ccedfb0470de8f", "4e67529b0ca7bd4fb3f2b01de37c0b29",
    ),
    (  # 1 bathtub
        "b08727e640554b493321831d2245cf06", "b46801f946f4dd403af30a3946d92feb",
        "b671a193d0397ad554d7082b34825ef0", "bab85a8a0338b58e3321831d2245cf06",
        "babd4a4655d271b8ccd0340812259a39", "bc98f11895cecfeb3321831d2245cf06",
        "bdac92a52bc53cb4b362845c6edb57fc", "bdf94fe1bef0281b362845c6edb57fc",
        "bf8e5bbe0e0938d98afd316e82119b42", "f5dfd2eac1ede18c35403ea5eb244169",
    ),
    (  # 2 bench
        "50c0de8fb13d6421dbbc9440457e303e", "50cdaa9e33fc853ecb2a965e75be701c",
        "50db85e4889831dff155d75bbf62b80", "51c60589bdd1ed73d4d8765e3910f617",
        "a047cb14c22517e6f33e284fed03c3fc", "a5856a7738262b05738e43095496b061",
        "a58e45ec5204f09559cbde03ded257fd", "a76a3d33ac6c3c65d46c340938e2ff1c",
        "a857f9d4838b885f2056b4bd5d870b47", "c069553c08631597cb2a965e75be701c",
    ),
    (  # 3 bottle
        "1cf98e5b6fff5471c8724d5673a063a6", "1d4480abe9aa45ce51a99c0e19a8a54",
        "1ffd7113492d375593202bf99dddc268", "2bbd2b37776088354e23e9314af9ae57",
        "2d1aa4e124c0dd5bf937e5c6aa3f9597", "2db802ef3de3d00618a36258eabc2b9c",
        "437678d4bc6be981c8724d5673a063a6", "532376fe56d3597ac65f62bae01f4803",
        "542223f09a872e973858be97087c26ec", "545225eda0e900f6d4a7a4c7d6e9bdc3",
    ),
    (  # 4 chair
        "341a2d3df9800314fa260f4362cac599", "341c9b0583d31770492d9da2668ec34c",
        "341e18eafb46f892a6fee8e2140acec9", "341e24df542e0676d42b9650f19dd425",
        "341fcdd8a40a2612456cbf78e1e89022", "353bbd3b916426d24502f857a1cf320e",
        "356fc758685e9054347185e772ead5bd", "357e2dd1512b96168e2b488ea5fa466a",
        "360b02dcfeabe768492d9da2668ec34c", "362f53ee8de161fac653c0205ce8ff57",
    ),
    (  # 5 cup
        "1ea9ea99ac8ed233bf355ac8109b9988", "1eaf8db2dd2b710c7d5b1b70ae595e60",
        "1f035aa5fc6da0983ecac81e09b15ea9", "3a7439cfaa9af51faf1af397e14a566d",
        "3c0467f96e26b8c6a93445a1757adf6", "3d1754b7cb46c0ce5c8081810641ef6",
        "3d3e993f7baa4d7ef1ff24a8b1564a36", "4b7888feea81219ab5f4a9188bfa0ef6",
        "4b8b10d03552e0891898dfa8eb8eefff", "4d9764afa3fbeb1b6c69dceb67157a66",
    ),
    (  # 6 piano
        "b4c3484639d15d24d6cfdd2c4c6de262", "b549a0c108ff0272e4b68d3b17c43658",
        "b6272c4596bb32dd732e279d31bf9790", "c327cc501312d1bab9492d4f3d8bee7c",
        "c5b7d166231c04328413778731d6cd28", "c7ab660e1fde9bb48ce2930380f4c6e7",
        "c86b1da5558ff70a9949833630526071", "c8cf8b011d5a3dab2203dc8a6e206818",
        "d1fe87277b6002405aa0446e42ad65", "e83cec9fb3e0d81d82c5b9bdae127001",
    ),
    (  # 7 rifle
        "5a148f5250c5d987918977c639d98325", "5a2232cb9dd25917768d4c3a89626da8",
        "5a79d10c5665b9dc895b56cd0d702185", "5a86afb38048ecc6b2c8bb96250e4a0",
        "5aac06335039030132f8337ee2b84248", "5b6bf22e5c355592882cef3540bf556",
        "7a1e38f9d85548e256c58b78d29fd8a9", "7bde81ebddddd161cba7035647fbacdf",
        "7d286b812a03c60e310bbd45bf9024da", "7dbf5ff231497ee511f7dcbb4a32aee5",
    ),
    (  # 8 vase
        "12ec19e85b31e274725f67267e31c89", "18b41cb029cf7f6c2b151d8b52c53b90",
        "19fb5ee10bc867a492ffc535cab01f7a", "23e0d277a58fba0abced73c51e99f8b2",
        "23f305e2ca3a3007ee106795de609335", "24f615dd07dab76cc6040c0e6de6a84d",
        "30b7bc199de66fc57eaeab1f0c9120b7", "31b0a01063a976104725f67267e31c89",
        "31c50baef63a3cd0b64920759fcc80ba", "9fe7e6a7bf8ca964efad53eb3f0b36fa",
    ),
    (  # 9 toilet
        "2d204f50f33b3994fe52ffd0e748a1ab", "4438e29f9d3cf45bfe52ffd0e748a1ab",
        "497833f2073ba6ff70d45c28bef72613", "56e194146b9e584b3321831d2245cf06",
        "7b5b032a2cddeebc54d7082b34825ef0", "95d082c78ea0b1befe52ffd0e748a1ab",
        "ae9e1ff1ae0b0a8f6ee473575a9f31bd", "b69401b412d9300454d7082b34825ef0",
        "ce10e4e0d04c33e7322ed2ef5fc90e25", "d5e9eb9dbf9d30073321831d2245cf06",
    ),
)
